using System.Globalization;
using System.Text;

namespace XmppRpc.Servers.Tests.Hostile;

/// <summary>What a stranger may try to get through an XMPP server to another account's XML reader.</summary>
internal static class HostileStanzas
{
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        // names and prefixes
        ["attributes equal by namespace"] = M("<x xmlns:p='urn:u' xmlns:q='urn:u' p:a='1' q:a='2'/>"),
        ["attributes equal by namespace at the top"] = "<message to='{to}' type='headline' xmlns:p='urn:u' xmlns:q='urn:u' p:a='1' q:a='2'/>",
        ["attributes equal by inherited namespace"] = M("<x xmlns:p='urn:u'><y xmlns:q='urn:u' p:a='1' q:a='2'/></x>"),
        ["attribute twice"] = M("<x a='1' a='2'/>"),
        ["undeclared prefix of an element"] = M("<p:x/>"),
        ["undeclared prefix of an attribute"] = M("<x p:a='1'/>"),
        ["undeclared prefixes equal"] = M("<x p:a='1' p:b='2'><p:y/></x>"),
        ["undeclared prefix at the top"] = "<message to='{to}' type='headline' p:a='1'/>",
        ["two colons in an element"] = M("<a:b:c/>"),
        ["two colons in an element, declared"] = M("<a:b:c xmlns:a='urn:u'/>"),
        ["two colons in an attribute"] = M("<x a:b:c='1'/>"),
        ["two colons in an attribute at the top"] = "<message to='{to}' type='headline' a:b:c='1'/>",
        ["colon first"] = M("<:x/>"),
        ["colon first in an attribute"] = M("<x :a='1'/>"),
        ["colon last"] = M("<x:/>"),
        ["colon last in an attribute"] = M("<x a:='1'/>"),
        ["colon alone"] = M("<:/>"),
        ["local part that begins with a digit"] = M("<p:1 xmlns:p='urn:u'/>"),
        ["local part that begins with a dash"] = M("<p:-a xmlns:p='urn:u'/>"),
        ["attribute's local part that begins with a digit"] = M("<x xmlns:p='urn:u' p:1='1'/>"),
        ["element of the prefix xml"] = M("<xml:x/>"),
        ["element of the prefix xmlns"] = M("<xmlns:x/>"),
        ["element named xmlns"] = M("<xmlns/>"),
        ["attribute xml:xmlns"] = M("<x xml:xmlns='urn:u'/>"),
        ["element of the stream namespace"] = M("<stream:stream xmlns:stream='http://etherx.jabber.org/streams'/>"),
        ["stream error as a child"] = M("<stream:error><conflict xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"),
        ["names that are not ASCII"] = M("<größe ä='1'><名/></größe>"),
        ["names above the BMP"] = M("<\U00010400/>"),
        ["attribute name above the BMP"] = M("<x \U00010400='1'/>"),
        ["name characters of XML 1.0 fifth edition"] = M("<\u0132x/><\u037F/><\u2C00/>"),
        ["name start of the fifth edition only"] = M("<\u0220x/>"),
        ["attribute name of the fifth edition only"] = M("<x \u0220='1'/>"),
        ["name that is no name"] = M("<\u00D7/>"),
        ["attribute name that is no name"] = M("<x \u00D7='1'/>"),
        ["attribute of the prefix xml"] = M("<x xml:other='1'/>"),
        ["element of the prefix xml with everything in it"] = M("<xml:rpc xml:lang='en' xmlns='urn:xmpprpc:1'><rpc/><xml:y/></xml:rpc>"),
        ["prefix declared at the top and used by an attribute"] = "<message to='{to}' type='headline' xmlns:p='urn:u'><x p:a='1'/></message>",
        ["stream prefix redeclared at the top and used by an attribute"] = "<message to='{to}' type='headline' xmlns:stream='urn:u'><x stream:a='1' xmlns:s='http://etherx.jabber.org/streams' s:a='2'/></message>",
        ["stream prefix redeclared at the top and used deep"] = "<message to='{to}' type='headline' xmlns:stream='urn:u'><y><x stream:a='1' xmlns:s='http://etherx.jabber.org/streams' s:a='2'/></y></message>",
        ["prefix redeclared at the top and between"] = "<message to='{to}' type='headline' xmlns:p='urn:u' xmlns:q='urn:v'><x xmlns:p='urn:v'><y p:a='1' q:b='2'/></x></message>",
        ["prefixed element with a default declaration"] = M("<p:x xmlns:p='urn:u' xmlns='urn:v' p:a='1'><y/><p:z/></p:x>"),
        ["prefixed element with an empty default declaration"] = M("<p:x xmlns:p='urn:u' xmlns=''><y/></p:x>"),
        ["default namespace at the top through a prefix"] = "<c:message xmlns:c='jabber:client' xmlns='urn:v' to='{to}' type='headline'><x/><c:y/></c:message>",
        ["attribute of the content namespace"] = "<message xmlns:c='jabber:client' to='{to}' c:to='a' c:from='b' type='headline'><x c:a='1'/></message>",
        ["attribute p:xmlns"] = M("<x xmlns:p='urn:u' p:xmlns='urn:v'/>"),
        ["prefix ns1 in use"] = M("<x xmlns:ns1='urn:1' xmlns:ns2='urn:2' ns2:a='1' ns1:a='2' ns1='3'/>"),
        // declarations
        ["prefix for the xml namespace"] = M("<x xmlns:q='http://www.w3.org/XML/1998/namespace' q:lang='en'/>"),
        ["default for the xml namespace"] = M("<x xmlns='http://www.w3.org/XML/1998/namespace'/>"),
        ["prefix for the xmlns namespace"] = M("<x xmlns:q='http://www.w3.org/2000/xmlns/' q:a='1'/>"),
        ["default for the xmlns namespace"] = M("<x xmlns='http://www.w3.org/2000/xmlns/'/>"),
        ["prefix xml for another namespace"] = M("<x xmlns:xml='urn:u' xml:a='1'/>"),
        ["prefix xmlns declared"] = M("<x xmlns:xmlns='urn:u'/>"),
        ["prefix xmlns declared as itself"] = M("<x xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>"),
        ["prefix undeclared"] = M("<x xmlns:p='urn:u'><y xmlns:p=''><p:z/></y></x>"),
        ["default namespace emptied"] = M("<x xmlns=''/>"),
        ["declaration twice"] = M("<x xmlns:p='urn:u' xmlns:p='urn:v'/>"),
        ["default declaration twice"] = M("<x xmlns='urn:u' xmlns='urn:v'/>"),
        ["prefix declared with two colons"] = M("<x xmlns:a:b='urn:u'/>"),
        ["prefix declared without a name"] = M("<x xmlns:='urn:u'/>"),
        ["prefix declared with a digit"] = M("<x xmlns:1='urn:u'/>"),
        ["stream prefix redeclared"] = M("<x xmlns:stream='urn:u'><stream:y/></x>"),
        ["stream prefix redeclared at the top"] = "<message to='{to}' type='headline' xmlns:stream='urn:u'><stream:y/></message>",
        ["top prefix for the content namespace"] = "<c:message xmlns:c='jabber:client' to='{to}' type='headline'><c:x/></c:message>",
        ["another content namespace"] = "<message xmlns='jabber:server' to='{to}' type='headline'><x/></message>",
        ["another content namespace, component"] = "<message xmlns='jabber:component:accept' to='{to}' type='headline'><x/></message>",
        ["empty content namespace"] = "<message xmlns='' to='{to}' type='headline'><x/></message>",
        ["namespace with markup in it"] = M("<x xmlns='urn:&lt;&amp;&apos;&quot;&gt;'/>"),
        ["namespace with line breaks"] = M("<x xmlns='urn:&#10;&#13;&#9;'/>"),
        ["namespace with a bar"] = M("<x xmlns:p='a|b' p:c='1'/>"),
        ["namespace with a bar and a name"] = M("<x xmlns:p='a\u0001b' p:c='1'/>"),
        ["namespace with spaces"] = M("<x xmlns=' urn:u '/>"),
        // characters
        ["raw control character"] = M("<x>\u0001</x>"),
        ["reference to a control character"] = M("<x>&#1;</x>"),
        ["reference to NUL"] = M("<x>&#0;</x>"),
        ["reference to a control character in an attribute"] = M("<x a='&#x1F;'/>"),
        ["reference to a control character in an address"] = "<message to='{to}' id='&#1;' type='headline'/>",
        ["U+FFFE raw"] = M("<x>\uFFFE</x>"),
        ["U+FFFF raw"] = M("<x>\uFFFF</x>"),
        ["U+FFFE in an attribute"] = M("<x a='\uFFFE'/>"),
        ["reference to U+FFFE"] = M("<x>&#xFFFE;</x>"),
        ["reference to U+FFFF"] = M("<x>&#xFFFF;</x>"),
        ["reference to U+FFFF in an attribute"] = M("<x a='&#xFFFF;'/>"),
        ["reference to a high surrogate"] = M("<x>&#xD800;</x>"),
        ["references to a surrogate pair"] = M("<x>&#xD83D;&#xDE00;</x>"),
        ["reference to a surrogate in an attribute"] = M("<x a='&#xDC00;'/>"),
        ["reference above Unicode"] = M("<x>&#x110000;</x>"),
        ["reference above the BMP"] = M("<x a='&#x1FFFE;'>&#x1FFFE;&#x10FFFF;\U0010FFFE</x>"),
        ["plain noncharacters"] = M("<x>\uFDD0\uFDEF\u0085\u2028\u007F\uFEFF</x>"),
        ["unknown entity"] = M("<x>&nbsp;</x>"),
        ["line breaks raw"] = M("<x a='1\r\n2\n3\r4\t5'>1\r\n2\n3\r4\t5</x>"),
        ["line breaks by reference"] = M("<x a='&#13;&#10;&#9;&#13;'>&#13;&#10;&#9;&#13;</x>"),
        ["carriage return in an address"] = "<message to='{to}' id='&#13;&#10;' type='headline'><x/></message>",
        ["end of a section in text"] = M("<x>]]&gt;]]&#62;</x>"),
        ["end of a section in text, raw"] = M("<x>]]></x>"),
        ["end of a section over elements"] = M("<x>]]<y/>&gt;]<z/>]&gt;</x>"),
        ["end of a section in an attribute"] = M("<x a=']]>]]&gt;'/>"),
        ["greater than in an attribute"] = M("<x a='>&gt;/>'/>"),
        ["section"] = M("<x><![CDATA[<y>&amp;</y>]]></x>"),
        ["section with its end split"] = M("<x><![CDATA[]]]]><![CDATA[>]]></x>"),
        ["empty sections"] = M("<x><![CDATA[]]><![CDATA[]]></x>"),
        ["comment"] = M("<x><!-- y --></x>"),
        ["processing instruction"] = M("<x><?y z?></x>"),
        ["document type"] = M("<!DOCTYPE x>"),
        ["escaped markup"] = M("<x a='&lt;y/&gt;'>&lt;/x&gt;&lt;/message&gt;&lt;message&gt;</x>"),
        ["double escaped markup"] = M("<x a='&amp;lt;'>&amp;lt;/x&amp;gt;&amp;#1;</x>"),
        ["text at the top"] = "<message to='{to}' type='headline'>text &lt;&amp; <x/> more</message>",
        ["xml:lang"] = "<message to='{to}' type='headline' xml:lang='not a language &quot;'><x xml:lang=''/><y xml:lang='" + new string('a', 3000) + "'/><z xml:base='::' xml:space='odd' xml:id='1 2'/></message>",
        // addresses
        ["id of many characters"] = "<message to='{to}' id='" + new string('i', 7000) + "' type='headline'><x/></message>",
        ["id with odd characters"] = "<message to='{to}' id='&lt;&gt;&apos;&quot;\u202E\u0000x' type='headline'><x/></message>".Replace("\0", "", StringComparison.Ordinal),
        ["type of many characters"] = "<message to='{to}' type='" + new string('t', 7000) + "'><x/></message>",
        ["unknown top attributes"] = "<message to='{to}' type='headline' x='1' y='2' stamp='now' by='{to}'><x/></message>",
        ["from of somebody else"] = "<message from='alice@localhost/x' to='{to}' type='headline'><x/></message>",
        // sizes
        ["name of 257 bytes"] = M("<" + new string('n', 257) + "/>"),
        ["name of 200 KiB"] = M("<" + new string('n', 100 * 1024) + "/>"),
        ["attribute name of 200 KiB"] = M("<x " + new string('n', 200 * 1024) + "='1'/>"),
        ["prefix of 9 KiB"] = M("<" + new string('p', 9000) + ":x/>"),
        ["value of 9 KiB"] = M("<x a='" + new string('v', 9000) + "'/>"),
        ["value of 200 KiB"] = M("<x a='" + new string('v', 200 * 1024) + "'/>"),
        ["namespace of 200 KiB"] = M("<x xmlns='" + new string('v', 200 * 1024) + "'/>"),
        ["value of 200 KiB at the top"] = "<message to='{to}' type='headline' x='" + new string('v', 200 * 1024) + "'/>",
        ["70 attributes"] = M("<x" + Repeat(70, i => $" a{i}='{i}'") + "/>"),
        ["15,000 attributes"] = M("<x" + Repeat(15_000, i => $" a{i}='{i}'") + "/>"),
        ["15,000 attributes at the top"] = "<message to='{to}' type='headline'" + Repeat(15_000, i => $" a{i}='{i}'") + "/>",
        ["70 namespaces"] = M("<x" + Repeat(70, i => $" xmlns:a{i}='urn:{i}'") + "/>"),
        ["70 namespaces in use"] = M("<x" + Repeat(70, i => $" xmlns:a{i}='urn:{i}' a{i}:b=''") + "/>"),
        ["7,000 namespaces"] = M("<x" + Repeat(7_000, i => $" xmlns:a{i}='urn:{i}'") + "/>"),
        ["prefixes of one namespace"] = M("<x" + Repeat(30, i => $" xmlns:a{i}='urn:u' a{i}:b{i}=''") + "/>"),
        // Not more: see NotForEjabberd.
        ["3,000 levels"] = M(Repeat(3_000, _ => "<a>") + Repeat(3_000, _ => "</a>")),
        ["60,000 siblings"] = M(Repeat(60_000, _ => "<a/>")),
        ["250 KiB of quotes"] = M("<x>" + new string('"', 250 * 1024) + "</x>"),
        ["250 KiB of quotes in an attribute"] = M("<x a='" + new string('"', 250 * 1024) + "'/>"),
        ["250 KiB of apostrophes"] = M("<x>" + new string('\'', 250 * 1024) + "</x>"),
        ["200 KiB of white space"] = M("<x>" + new string(' ', 200 * 1024) + "</x>"),
        ["one namespace written for each of many elements"] = M("<x xmlns:p='" + new string('u', 4_000) + "'>" + Repeat(6_000, _ => "<p:a/>") + "</x>"),
        ["one namespace written for each of many attributes"] = M("<x xmlns:p='" + new string('u', 4_000) + "'>" + Repeat(6_000, _ => "<a p:b=''/>") + "</x>"),
        ["default namespace written for each of many elements"] = M("<p:x xmlns:p='urn:p' xmlns='" + new string('u', 4_000) + "'>" + Repeat(6_000, _ => "<p:a><a/></p:a>") + "</p:x>"),
        ["a namespace of quotes written for each of many elements"] = M("<x xmlns:p='" + new string('"', 4_000) + "'>" + Repeat(6_000, _ => "<p:a/>") + "</x>"),
        // presence and iq
        ["presence with two colons"] = "<presence to='{to}'><a:b:c/></presence>",
        ["iq with two colons"] = "<iq to='{to}' type='get' id='i1'><a:b:c/></iq>",
        ["iq with attributes equal by namespace"] = "<iq to='{to}' type='set' id='i2'><x xmlns='urn:y' xmlns:p='urn:u' xmlns:q='urn:u' p:a='1' q:a='2'/></iq>",
        ["bytes that are not UTF-8"] = M("<x>\uE000FF</x>"),
        ["overlong UTF-8"] = M("<x>\uE000C0AF</x>"),
        ["surrogates in UTF-8"] = M("<x>\uE000EDA080EDB080</x>"),
        ["above Unicode in UTF-8"] = M("<x>\uE000F4908080</x>"),
        ["UTF-8 cut by markup"] = M("<x>\uE000E282</x>"),
    };

    /// <summary>What ends the whole process of ejabberd 23.01 with a stack overflow.</summary>
    public static IReadOnlyDictionary<string, string> NotForEjabberd { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["30,000 levels"] = M(Repeat(30_000, _ => "<a>") + Repeat(30_000, _ => "</a>")),
    };

    /// <summary>The bytes of a stanza; hex digits behind U+E000 stand for bytes that are no character.</summary>
    public static byte[] Bytes(string name, string to)
    {
        var xml = (All.TryGetValue(name, out var stanza) ? stanza : NotForEjabberd[name]).Replace("{to}", to, StringComparison.Ordinal);
        var raw = xml.IndexOf('\uE000', StringComparison.Ordinal);
        if (raw < 0)
            return Encoding.UTF8.GetBytes(xml);
        var end = xml.IndexOf('<', raw);
        return [.. Encoding.UTF8.GetBytes(xml[..raw]), .. Convert.FromHexString(xml[(raw + 1)..end]), .. Encoding.UTF8.GetBytes(xml[end..])];
    }

    private static string M(string inside) => $"<message to='{{to}}' type='headline'>{inside}</message>";

    private static string Repeat(int times, Func<int, string> text)
    {
        var all = new StringBuilder();
        for (var i = 0; i < times; i++)
            all.Append(CultureInfo.InvariantCulture, $"{text(i)}");
        return all.ToString();
    }
}
