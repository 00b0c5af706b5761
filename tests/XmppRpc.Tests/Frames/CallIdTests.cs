using System.Text;
using XmppRpc.Frames;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Frames;

public class CallIdTests
{
    [Theory]
    [InlineData("i7Kd0wZk3mPq8LtVw1cR.4f", "i7Kd0wZk3mPq8LtVw1cR", 159)]
    [InlineData("a.0", "a", 0)]
    [InlineData("a.z", "a", 35)]
    [InlineData("a.10", "a", 36)]
    [InlineData("a.zzzzzzzzzzz", "a", 131621703842267135)]
    [InlineData("a.b.1", "a.b", 1)]
    [InlineData("loan-17", "loan-17", -1)]
    [InlineData("a.", "a.", -1)]
    [InlineData(".5", ".5", -1)]
    [InlineData("a.01", "a.01", -1)]
    [InlineData("a.4F", "a.4F", -1)]
    [InlineData("a.1_", "a.1_", -1)]
    [InlineData("a.100000000000", "a.100000000000", -1)]
    public void TryParse_splits_link_and_number_and_write_gives_the_same_text(string text, string scope, long number)
    {
        var id = Id(text);
        Assert.Equal(new CallId(scope, number), id);
        Assert.Equal(number >= 0, id.IsVolatile);
        Assert.Equal(text, id.ToString());
        Assert.Equal(text, id.ToCallId().ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\"b")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("ä")]
    [InlineData("a/b")]
    [InlineData("a`")]
    public void TryParse_refuses_other_characters(string text) => Assert.False(CallId.TryParse(Encoding.UTF8.GetBytes(text), new TextCache(), out _));

    [Fact]
    public void TryParse_takes_64_characters_and_no_more()
    {
        Assert.Equal(64, Id(new string('x', 64)).ToString().Length);
        Assert.Equal(64, Id(new string('x', 62) + ".1").ToString().Length);
        Assert.False(CallId.TryParse(Encoding.UTF8.GetBytes(new string('x', 65)), new TextCache(), out _));
    }

    [Fact]
    public void NewLink_begins_with_the_instance_and_holds_no_dot()
    {
        var instance = CallId.NewInstance();
        Assert.Equal(CallId.InstanceLength, instance.Length);
        var link = CallId.NewLink(instance);
        Assert.Equal(instance, link[..CallId.InstanceLength]);
        Assert.Equal(new CallId(link, -1), Id(link));
        Assert.False(string.Equals(link, CallId.NewLink(instance), StringComparison.Ordinal));
        Assert.True(RpcCallId.IsValid(CallId.NewToken()));
    }

    [Fact]
    public void Largest_number_is_written_and_fits_its_buffer() =>
        Assert.Equal("x.1y2p0ij32e8e7", new CallId("x", long.MaxValue).ToString());

    [Fact]
    public void TextCache_gives_the_same_string_for_the_same_short_text_and_keeps_no_long_one()
    {
        var cache = new TextCache();
        Assert.Same(cache.Get("acme.orders/place"u8), cache.Get("acme.orders/place"u8));
        var hostile = new byte[100_000];
        Array.Fill(hostile, (byte)'x');
        Assert.Equal(100_000, cache.Get(hostile).Length);
        Assert.NotSame(cache.Get(hostile), cache.Get(hostile));
    }
}
