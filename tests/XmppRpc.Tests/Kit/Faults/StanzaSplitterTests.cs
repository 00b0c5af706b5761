using System.Text;
using XmppRpc.TestKit.Faults;

namespace XmppRpc.Tests.Kit.Faults;

public class StanzaSplitterTests
{
    private const string Stream = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>";

    private static readonly string[] Session =
    [
        "<?xml version='1.0'?>" + Stream, "<stream:features><a xmlns='urn:a'><b/></a></stream:features>", "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>",
        Stream, "<stream:features/>", "\n ", "<message id='1'><body>a > b &amp; <![CDATA[</message>]]></body></message>", "<s/>", "<r xmlns='urn:xmpp:sm:3'/>", "</stream:stream>", " ",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void Stanzas_are_whole_over_stream_restarts_however_the_bytes_come(int chunk)
    {
        var splitter = new StanzaSplitter();

        var pieces = Encoding.UTF8.GetBytes(string.Concat(Session)).Chunk(chunk).SelectMany(bytes => splitter.Split(bytes)).ToList();

        Assert.Equal(string.Concat(Session), string.Concat(pieces.Select(Text)));
        Assert.Equal(Session.Where(text => text.Trim().Length > 0), pieces.Select(Text).Where(text => text.Trim().Length > 0));
        Assert.Equal(["features", "success", "features", "message", "s", "r"], pieces.Where(piece => piece.Stanza is not null).Select(piece => piece.Stanza!.Name));
        Assert.Null(splitter.End());
    }

    [Fact]
    public void White_space_passes_at_once()
    {
        var splitter = new StanzaSplitter();
        splitter.Split(Encoding.UTF8.GetBytes(Stream));

        Assert.Equal(" ", Assert.Single(splitter.Split(" "u8.ToArray()).Select(Text)));
    }

    [Fact]
    public void What_is_no_XMPP_passes_as_it_is()
    {
        var splitter = new StanzaSplitter();

        var pieces = splitter.Split("<a/"u8.ToArray()).Concat(splitter.Split("<!x y"u8.ToArray())).Concat(splitter.Split("<z/>"u8.ToArray())).ToList();

        Assert.Equal("<a/<!x y<z/>", string.Concat(pieces.Select(Text)));
        Assert.All(pieces, piece => Assert.Null(piece.Stanza));
    }

    [Fact]
    public void The_end_gives_what_is_not_complete()
    {
        var splitter = new StanzaSplitter();
        splitter.Split(Encoding.UTF8.GetBytes(Stream));

        Assert.Empty(splitter.Split("<message><bo"u8.ToArray()));
        Assert.Equal("<message><bo", Text(splitter.End()!.Value));
    }

    private static string Text(Piece piece) => Encoding.UTF8.GetString(piece.Bytes.Span);
}
