using System.Text;
using XmppRpc.Frames;

namespace XmppRpc.Tests.Frames;

public class QuoteSwapTests
{
    [Fact]
    public void Swap_exchanges_both_bytes_at_every_length_and_place()
    {
        for (var length = 0; length <= 200; length++)
        {
            var text = new byte[length];
            for (var i = 0; i < length; i++)
                text[i] = (i * 7 % 5) switch { 0 => (byte)'"', 1 => (byte)'`', 2 => 0xFF, _ => (byte)('a' + i % 26) };
            var expected = text.Select(b => b switch { (byte)'"' => (byte)'`', (byte)'`' => (byte)'"', _ => b }).ToArray();
            var swapped = text.ToArray();
            QuoteSwap.Swap(swapped);
            Assert.Equal(expected, swapped);
            QuoteSwap.Swap(swapped);
            Assert.Equal(text, swapped);
        }
    }

    [Fact]
    public void Swap_changes_only_the_two_bytes()
    {
        var all = Enumerable.Range(0, 256).Select(i => (byte)i).ToArray();
        var swapped = all.ToArray();
        QuoteSwap.Swap(swapped);
        Assert.Equal([(byte)'"', (byte)'`'], all.Where((b, i) => swapped[i] != b));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("{}", false)]
    [InlineData("{\"a\":1}", false)]
    [InlineData("{`a`:1}", true)]
    [InlineData("{\"a\":`}", false)]
    [InlineData("{`a\":1}", true)]
    public void IsSwapped_is_told_by_the_first_of_the_two(string text, bool swapped) => Assert.Equal(swapped, QuoteSwap.IsSwapped(Encoding.UTF8.GetBytes(text)));
}
