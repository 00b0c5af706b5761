using System.Buffers;
using System.Text;
using XmppRpc.TestKit;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>Streams as they go over the wire, and pieces that parsers stumble over.</summary>
internal static class Corpus
{
    /// <summary>Whole transcripts, each at most 4 kB.</summary>
    public static IReadOnlyList<byte[]> Transcripts { get; } = [.. new[]
    {
        // A client's session as Prosody opens it.
        """
        <?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' id='8f3c' from='localhost' version='1.0' xml:lang='en'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>SCRAM-SHA-1</mechanism><mechanism>PLAIN</mechanism></mechanisms></stream:features><proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>
        """,
        // Stanzas of a bound session, with a stream error at the end.
        """
        <stream:stream xmlns:stream="http://etherx.jabber.org/streams" xmlns="jabber:client" version="1.0">
        <iq type='result' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><jid>a@localhost/desk</jid></bind></iq>
        <enabled xmlns='urn:xmpp:sm:3' id='x&amp;y' resume='true'/> <r xmlns='urn:xmpp:sm:3'/>
        <message from='b@localhost/x' to='a@localhost/desk' type='headline'><rpc xmlns='urn:xmpprpc:1'>{&quot;m&quot;:&quot;Grüße €𝄞&quot;}&#10;]&gt;]]&gt;</rpc><no-copy xmlns='urn:xmpp:hints'/></message>
        <presence from='b@localhost/x'><c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='n' ver='v='/><show>away</show></presence>
        <stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/><text xmlns='urn:ietf:params:xml:ns:xmpp-streams' xml:lang='en'>Replaced</text></stream:error></stream:stream>
        """,
        // Namespaces, sections, mixed content and odd spacing.
        "\uFEFF<?xml version=\"1.0\" encoding='utf-8'?>\r\n<stream:stream xmlns='jabber:client'\txmlns:stream='http://etherx.jabber.org/streams' >" +
        "<a:b xmlns:a='urn:a' a:c='1' c = \"2\"\n><a:d/>x<d xmlns=''>y<e/></d >z\r\n<![CDATA[<not a tag> ]] ]>&amp;]]></a:b>" +
        "<z:unbound z:x='1'><q:w/></z:unbound><m>]]&gt; &#x1F600;&#xD;&#9;</m></stream:stream >\n",
        // Ends in the middle.
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><message><body>\u00FC\u20AC</body",
        // Ill-formed after good stanzas.
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><a/><b><c></b></c>",
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><a/><b><!-- --></b>",
        "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><a/>\uFEFF<b/>",
        // Long, deep and wide, for small caps.
        $"<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'><m><n a='1' b='2' c='3' d='4'>&lt;</n>\u20AC</m>" +
        $"<m x='{new string('\u00E4', 50)}'>{new string('\u20AC', 60)}</m><m>{string.Concat(Enumerable.Repeat("<o>\U0001D11E</o>", 9))}</m><m><n a='{new string('x', 200)}'/></m>" +
        $"<p:m xmlns:p='u' xmlns:q='v' xmlns:r='w'><longername/></p:m><m>{new string('\u00E4', 200)}</m><next/></stream:stream>",
    }.Select(Encoding.UTF8.GetBytes)];

    /// <summary>Stanzas for the mutator, without the stream around them.</summary>
    public static IReadOnlyList<byte[]> Stanzas { get; } = [.. new[]
    {
        "<message from='b@localhost/x' type='chat' id='7'><rpc xmlns='urn:xmpprpc:1'>{\"a\":[1,2]}</rpc></message>",
        "<iq type='error' id='b1'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:c</gone></error></iq>",
        "<a:b xmlns:a='urn:a' xmlns:c='urn:c' a:d='1' c:d='2' d='3'><a:e>x</a:e><c:e/></a:b>",
        "<m>a&amp;b&#65;&#x42;&lt;<![CDATA[ <x> ]]>c\r\nd</m>",
        "<m a='&quot;&#10; \t\r\n\u00E4' xml:lang='en'>\u20AC<n xmlns=''><o xmlns='v'/></n></m>",
        "<stream:features><x/></stream:features>",
    }.Select(Encoding.UTF8.GetBytes)];

    /// <summary>What Prosody and ejabberd sent to clients, each file one stream: name and bytes.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Recorded { get; } = [.. Files("Transcripts")];

    /// <summary>The recorded stanzas that are small enough to be mutated by the million.</summary>
    public static IReadOnlyList<byte[]> RecordedStanzas { get; } = [.. Recorded.SelectMany(file => Split(file.Bytes)).Where(stanza => stanza.Length <= 700)];

    /// <summary>What once went wrong, and is tried for ever.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Findings { get; } = [.. Files("Findings")];

    public static string Folder(string name) => RepositoryRoot.Combine("tests/XmppRpc.Xmpp.Tests/Xml/" + name);

    private static IEnumerable<(string Name, byte[] Bytes)> Files(string folder) =>
        Directory.Exists(Folder(folder)) ? Directory.EnumerateFiles(Folder(folder), "*.xml").Order(StringComparer.Ordinal).Select(file => (Path.GetFileName(file), File.ReadAllBytes(file))) : [];

    private static IEnumerable<byte[]> Split(byte[] stream)
    {
        var reader = new XmppReader();
        var rest = new ReadOnlySequence<byte>(stream);
        for (var before = 0L; reader.TryRead(ref rest, out var node); before = stream.Length - rest.Length)
            if (node.Kind == XmppNodeKind.Element)
                yield return stream[(int)before..(int)(stream.Length - rest.Length)];
    }

    /// <summary>Pieces the mutator puts in.</summary>
    public static IReadOnlyList<byte[]> Dictionary { get; } = [.. new[]
    {
        "<!", "<?", "<![CDATA[", "]]>", "<!--", "-->", "&#x", "&#0;", "&#xD800;", "&lt;", "&amp;", "&x;", "&", ";", "<", ">", "/>", "</", "'", "\"", "=", " ", "\r", "\n", "\t", "\0",
        "xmlns=''", " xmlns:a='urn:c'", " xmlns:b=''", " xmlns:xml='x'", " xmlns='urn:a'", "xmlns", "xml:", "a:", ":", " a:d='9'", " d='9'", "<a>", "</a>", "<a:e>", "</a:e>", "<m/>",
        "\uFEFF", "\uFFFE", "\uFFFF", "\u0085", "\u2028", "\u00E4", "\U0001D11E", "\u0300", "\u00B7", "1", "-", ".",
    }.Select(Encoding.UTF8.GetBytes),
        [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xFF], [0x80]];
}
