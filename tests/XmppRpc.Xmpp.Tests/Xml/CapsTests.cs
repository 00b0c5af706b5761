using System.Buffers;
using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>T-06: what is above a cap is passed over, in constant memory, and the stream lives on.</summary>
public sealed class CapsTests
{
    private const int Depth = 30_000;

    private static string Repeat(string text, int times) => string.Concat(Enumerable.Repeat(text, times));

    public static TheoryData<string, string, string?> Above => new()
    {
        { "more than 32 levels", Repeat("<a>", Depth) + Repeat("</a>", Depth), "({jabber:client}a \"\")" },
        { "more than 32 levels", "<m id='1'>" + Repeat("<a>", 31) + "<b/>" + Repeat("</a>", 31) + "</m>", "({jabber:client}m {}id=[1] \"\")" },
        { "more than 4096 elements", "<m from='x@y'>" + Repeat("<a/>", 100_000) + "</m>", "({jabber:client}m {}from=[x@y] \"\")" },
        { "more than 4096 elements", "<m>" + Repeat("<a></a>", 4096) + "</m>", "({jabber:client}m \"\")" },
        { "a tag of more than 8192 bytes", "<m a='" + new string('x', 250 * 1024) + "'/>", null },
        { "a tag of more than 8192 bytes", "<m id='1'><b a='" + new string('x', 250 * 1024) + "'/></m>", "({jabber:client}m {}id=[1] \"\")" },
        { "more than 64 attributes", "<m" + Repeat(65, i => $" a{i}=''") + "/>", null },
        { "more than 64 attributes", "<m><b" + Repeat(65, i => $" a{i}=''") + "/></m>", "({jabber:client}m \"\")" },
        { "a name of more than 256 bytes", "<" + new string('n', 257) + "/>", null },
        { "a name of more than 256 bytes", "<m " + new string('n', 257) + "=''/>", null },
        { "a name of more than 256 bytes", "<m b='&amp;'><" + new string('n', 257) + "/></m>", "({jabber:client}m {}b=[&] \"\")" },
        { "more than 64 namespace declarations", "<m>" + Repeat("<a" + Repeat(30, i => $" xmlns:p{i}='u'") + ">", 3) + Repeat("</a>", 3) + "</m>", "({jabber:client}m \"\")" },
        { "more than 1048576 bytes", "<m id='1'>" + Repeat("&quot;", 256 * 1024) + "</m>", "({jabber:client}m {}id=[1] \"\")" },
        { "a tag of more than 8192 bytes", "<m></m" + new string(' ', 9000) + ">", "({jabber:client}m \"\")" },
    };

    private static string Repeat(int times, Func<int, string> text) => string.Concat(Enumerable.Range(0, times).Select(text));

    [Theory]
    [MemberData(nameof(Above), DisableDiscoveryEnumeration = true)]
    public void A_stanza_above_a_cap_is_skipped_and_the_next_is_read(string reason, string xml, string? startTag)
    {
        var bytes = Encoding.UTF8.GetBytes(Nodes.Header + xml + "<next>1</next>");
        foreach (var cuts in new[] { [], Enumerable.Range(1, bytes.Length / 1460).Select(i => i * 1460) })
        {
            var nodes = Nodes.Read(bytes, cuts);
            Assert.Equal([XmppNodeKind.StreamStart, XmppNodeKind.Skipped, XmppNodeKind.Element], nodes.Select(n => n.Kind));
            Assert.Equal(reason, nodes[1].Reason);
            Assert.Equal(startTag, nodes[1].Element is { } element ? Nodes.Show(element) : null);
            Assert.Equal("1", nodes[2].Element!.Text);
        }
    }

    public static TheoryData<string> Below => new(
        Repeat("<a>", 32) + Repeat("</a>", 32),
        Repeat("<a>", 31) + "<b/>" + Repeat("</a>", 31),
        "<m>" + Repeat("<a/>", 4095) + "</m>",
        "<m a='" + new string('x', 8192 - 9) + "'/>",
        "<m" + Repeat(64, i => $" a{i}=''") + "/>",
        "<" + new string('n', 256) + "/>",
        "<m>" + new string('x', 1024 * 1024 - 7) + "</m>",
        "<m>" + Repeat(62, i => $"<a xmlns:p='{i}'/>") + "</m>");

    [Theory]
    [MemberData(nameof(Below), DisableDiscoveryEnumeration = true)]
    public void A_stanza_at_a_cap_is_read(string xml) => Assert.NotNull(Nodes.Element(xml));

    [Theory]
    [InlineData("<m><n><o></o></n></m>", "more than 2 levels")]
    [InlineData("<m><n><o/></n></m>", "more than 2 levels")]
    [InlineData("<m><n/><n/><n/></m>", "more than 3 elements")]
    [InlineData("<m a='1' b='' c=''/>", "more than 2 attributes")]
    [InlineData("<m xmlns='1' xmlns:b='2'/>", "more than 3 namespace declarations")]
    [InlineData("<m><n2345678901234/></m>", "a name of more than 13 bytes")]
    [InlineData("<m>{120}</m>", "a tag of more than 110 bytes")]
    [InlineData("<m>x{150}</m>", "more than 150 bytes")]
    [InlineData("<m a='{150}'/>", "a tag of more than 110 bytes")]
    [InlineData("<m>{30}{30}<n a='{120}'/></m>", "more than 150 bytes")]
    [InlineData("<m><n/><n/><n/>{150}</m>", "more than 3 elements")]
    public void The_reason_names_the_cap_that_came_first(string xml, string reason)
    {
        foreach (var length in new[] { 30, 120, 150 })
            xml = xml.Replace($"{{{length}}}", reason.StartsWith("a tag", StringComparison.Ordinal) && xml[3] == '{' ? $"<n a='{new string('x', length)}'/>" : new string('x', length), StringComparison.Ordinal);
        var limits = new XmppReaderLimits { MaxStanzaBytes = 150, MaxTagBytes = 110, MaxDepth = 2, MaxElements = 3, MaxAttributes = 2, MaxNamespaces = 3, MaxNameBytes = 13 };
        var bytes = Encoding.UTF8.GetBytes("<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>" + xml);

        Assert.Equal(reason, Nodes.Read(bytes, limits: limits)[1].Reason);
        Assert.Equal(reason, Nodes.Read(bytes, Enumerable.Range(1, bytes.Length), limits)[1].Reason);
    }

    [Fact]
    public void A_cap_below_one_is_refused()
    {
        Assert.Equal("MaxDepth", Assert.Throws<ArgumentOutOfRangeException>(() => new XmppReader(new() { MaxDepth = 0 })).ParamName);
        Assert.Equal("MaxNamespaces", Assert.Throws<ArgumentOutOfRangeException>(() => new XmppReader(new() { MaxNamespaces = -1 })).ParamName);
    }

    [Fact]
    public void Skipping_keeps_no_memory()
    {
        var reader = Opened(new());
        var piece = Encoding.UTF8.GetBytes(Repeat("<a b='c'>text &quot;</a>", 64));
        Feed(reader, "<m id='1'>"u8.ToArray());
        for (var i = 0; i < 4096 / 64; i++)
            Feed(reader, piece);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var fed = 0; fed < 8 * 1024 * 1024; fed += piece.Length)
            Feed(reader, piece);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024);

        var end = new ReadOnlySequence<byte>("</m>"u8.ToArray());
        Assert.True(reader.TryRead(ref end, out var node));
        Assert.Equal((XmppNodeKind.Skipped, "more than 4096 elements"), (node.Kind, node.Reason));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(1460)]
    public void Memory_grows_in_proportion_to_the_bytes(int chunk)
    {
        Assert.InRange(Allocated("x&lt;", 400_000, chunk), 400_000, 5 * 400_000);
        Assert.InRange((double)Allocated("x<a b='c'/>", 400_000, chunk) / Allocated("x<a b='c'/>", 50_000, chunk), 6, 10);
    }

    [Theory]
    [InlineData("<m>", "x")]
    [InlineData("<m>", "<a/>")]
    [InlineData("<m>", "<a>")]
    [InlineData("<m", " a='b'")]
    [InlineData("<m><![CDATA[", "]")]
    public void Above_the_fatal_size_the_stream_ends(string start, string piece)
    {
        var reader = Opened(new() { MaxFatalBytes = 100_000 });
        Feed(reader, Encoding.UTF8.GetBytes(start));
        var pieces = Encoding.UTF8.GetBytes(Repeat(piece, 1000));
        var fault = Assert.Throws<XmppStreamException>(() =>
        {
            for (var i = 0; i < 101; i++)
                Feed(reader, pieces);
        });
        Assert.Equal("policy-violation", fault.Condition);
    }

    [Theory]
    [InlineData("<stream:stream a='")]
    [InlineData("<stream:stream ")]
    [InlineData("<?xml ")]
    public void A_prolog_above_a_cap_ends_the_stream(string start) =>
        Assert.Equal("policy-violation", Nodes.Fault(start + new string(' ', 9000)).Condition);

    [Fact]
    public void An_end_of_the_stream_above_a_cap_ends_it_with_an_error() =>
        Assert.Equal("policy-violation", Nodes.Fault(Nodes.Header + "</stream:stream" + new string(' ', 9000) + ">").Condition);

    [Theory]
    [InlineData("<!-- -->", "restricted-xml")]
    [InlineData("<?x?>", "restricted-xml")]
    [InlineData("<!DOCTYPE x>", "restricted-xml")]
    [InlineData("<a b=c>", "not-well-formed")]
    [InlineData("<a b='<'>", "not-well-formed")]
    [InlineData("</ >", "not-well-formed")]
    [InlineData("\u00FF\u00FE", "unsupported-encoding", true)]
    public void What_is_skipped_must_still_be_restricted_xml_in_utf8(string inside, string condition, bool latin1 = false)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(Nodes.Header + "<m>" + Repeat("<a>", 40)), .. (latin1 ? Encoding.Latin1 : Encoding.UTF8).GetBytes(inside), .. Encoding.UTF8.GetBytes(Repeat("</a>", 40) + "</m>")];
        Assert.Equal(condition, Assert.Throws<XmppStreamException>(() => Nodes.Read(bytes)).Condition);
        Assert.Equal(condition, Assert.Throws<XmppStreamException>(() => Nodes.Read(bytes, Enumerable.Range(1, bytes.Length))).Condition);
    }

    [Fact]
    public void Characters_cut_in_pieces_are_skipped()
    {
        var bytes = Encoding.UTF8.GetBytes(Nodes.Header + "<m>" + Repeat("<a>", 40) + Repeat("\u00E4\u20AC\uFFFD\uEFBF\U0001D11E", 20) + Repeat("</a>", 40) + "</m>");
        for (var size = 1; size < 9; size++)
            Assert.Equal(XmppNodeKind.Skipped, Nodes.Read(bytes, Enumerable.Range(1, bytes.Length / size).Select(i => i * size))[1].Kind);
    }

    [Fact]
    public void A_million_levels_are_read_and_written_without_recursion()
    {
        const int levels = 1_000_000;
        var limits = new XmppReaderLimits { MaxDepth = levels, MaxElements = levels };
        var element = Nodes.Element(Repeat("<a>", levels) + Repeat("</a>", levels), limits with { MaxStanzaBytes = 8_000_000 });

        var output = new ArrayBufferWriter<byte>();
        XmppWriter.WriteElement(output, element, XmppNames.Client);
        Assert.Equal(Repeat("<a>", levels - 1) + "<a/>" + Repeat("</a>", levels - 1), Encoding.UTF8.GetString(output.WrittenSpan));
    }

    private static XmppReader Opened(XmppReaderLimits limits)
    {
        var reader = new XmppReader(limits);
        var header = new ReadOnlySequence<byte>(Encoding.UTF8.GetBytes(Nodes.Header));
        Assert.True(reader.TryRead(ref header, out _));
        return reader;
    }

    private static void Feed(XmppReader reader, byte[] bytes)
    {
        var input = new ReadOnlySequence<byte>(bytes);
        if (reader.TryRead(ref input, out _))
            Assert.Fail("No node was expected.");
    }

    private static long Allocated(string content, int length, int chunk)
    {
        var reader = Opened(new() { MaxElements = length });
        var bytes = Encoding.UTF8.GetBytes("<m>" + Repeat(content, length / content.Length) + "</m>");
        var before = GC.GetAllocatedBytesForCurrentThread();
        XmppNode node = default;
        for (var from = 0; from < bytes.Length; from += chunk)
        {
            var input = new ReadOnlySequence<byte>(bytes, from, Math.Min(chunk, bytes.Length - from));
            reader.TryRead(ref input, out node);
        }
        Assert.Equal(XmppNodeKind.Element, node.Kind);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
