using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace XmppRpc.Xmpp.Tests.Xml.Fuzz;

/// <summary>A piece of a stanza as it is written: text as it stands on the wire, or an element.</summary>
internal sealed record Written(string? Text, string Start, string Name, IReadOnlyList<string> Attributes, IReadOnlyList<Written> Inside, string End, bool IsEmpty)
{
    public static Written OfText(string text) => new(text, "", "", [], [], "", false);

    public override string ToString()
    {
        var all = new StringBuilder();
        Write(all);
        return all.ToString();
    }

    // As deep as the grammar goes, no deeper.
    private void Write(StringBuilder all)
    {
        if (Text is not null)
        {
            all.Append(Text);
            return;
        }
        all.Append('<').Append(Name);
        foreach (var attribute in Attributes)
            all.Append(Start).Append(attribute);
        if (IsEmpty)
        {
            all.Append("/>");
            return;
        }
        all.Append('>');
        foreach (var piece in Inside)
            piece.Write(all);
        all.Append("</").Append(Name).Append(End).Append('>');
    }
}

/// <summary>Stanzas by grammar, mostly right, sometimes wrong in one place; a failing one is made smaller piece by piece.</summary>
internal static class StanzaGrammar
{
    private static readonly Gen<string> Names = Gen.Frequency(
        (12, Gen.Elements("m", "message", "rpc", "body", "a:b", "b:c", "stream:x", "x-1._", "_", "\u00E4\u00F6")),
        (1, Gen.Elements("xml:a", "xmlns", "z:u", "q:r:s", ":m", "m:", "1", "xmlns:x", "\u00D7", "\U00010400", new string('n', 257))));

    private static readonly Gen<string> Pieces = Gen.Frequency(
        (14, Gen.Elements("x", "Gr\u00FC\u00DFe", "\u20AC", "\U0001D11E", " ", "\n", "\t", "\r\n", "\r", "\uFEFF", "\uFFFD", "&lt;", "&amp;", "&quot;", "&apos;", "&gt;", "&#65;", "&#x20AC;", "&#10;", "&#13;", "{`a`:1}", "]", "]]")),
        (1, Gen.Elements("&", "&nbsp;", "&#0;", "&#xD800;", "&#xFFFF;", "&#x110000;", "&;", "\u0001", "\uFFFE", "\uFFFF", "<", ">", "]]>", "&lt", "<!-- -->", "<?p?>", "<!DOCTYPE m>")));

    private static readonly Gen<string> Values =
        from quote in Gen.Elements("'", "\"")
        from pieces in Pieces.Or(Gen.Elements("\"", "'", "urn:a", "urn:b")).ListOf()
        from space in Gen.Elements("", "", "", " ", "\n")
        select $"{space}={space}{quote}{string.Concat(pieces.Take(5)).Replace(quote, "", StringComparison.Ordinal)}{quote}";

    private static readonly Gen<string> Attributes = Gen.Frequency(
        (6, from name in Names from value in Values select name + value),
        (2, Gen.Elements("to='b@c/d'", "from='a@b'", "type=\"headline\"", "xml:lang='en'", "id='1'")),
        (3, Gen.Elements("xmlns='urn:a'", "xmlns:a='urn:a'", "xmlns:b='urn:a'", "xmlns='jabber:client'", "xmlns=''", "xmlns:a='urn:b'", "a:x='1'", "b:x='1'")),
        (1, Gen.Elements("xmlns:a=''", "xmlns:xml='u'", "xmlns:xmlns='u'", "xmlns='http://www.w3.org/XML/1998/namespace'", "bare", "a='<'", "a=1")));

    private static readonly Gen<Written> Texts = Gen.Frequency(
        (6, Pieces.ListOf().Select(pieces => Written.OfText(string.Concat(pieces)))),
        (1, Pieces.ListOf().Select(pieces => Written.OfText($"<![CDATA[{string.Concat(pieces).Replace("]]>", "", StringComparison.Ordinal)}]]>"))));

    public static Arbitrary<Written> Stanzas { get; } = Arb.From(Elements(4), Smaller);

    private static Gen<Written> Elements(int depth) =>
        from name in Names
        from space in Gen.Frequency((12, Gen.Constant(" ")), (2, Gen.Elements("\n", "  ", "\t\r\n")), (1, Gen.Constant("")))
        from count in Gen.Choose(0, 4)
        from attributes in Attributes.ListOf(count)
        from isEmpty in Gen.Elements(true, false)
        from width in Gen.Choose(0, depth == 0 ? 1 : 4)
        from inside in (depth == 0 ? Texts : Gen.Frequency((2, Texts), (3, Elements(depth - 1)))).ListOf(width)
        from end in Gen.Frequency((14, Gen.Constant("")), (1, Gen.Elements(" ", "\n", "x")))
        select new Written(null, space, name, [.. attributes], [.. inside], end, isEmpty && width == 0);

    private static IEnumerable<Written> Smaller(Written written)
    {
        if (written.Text is { } text)
        {
            if (text.Length > 0)
            {
                yield return Written.OfText("");
                yield return Written.OfText(text[..(text.Length / 2)]);
                yield return Written.OfText(text[(text.Length / 2)..]);
            }
            yield break;
        }
        foreach (var inner in written.Inside.Where(inner => inner.Text is null))
            yield return inner;
        for (var i = 0; i < written.Inside.Count; i++)
            yield return written with { Inside = [.. written.Inside.Take(i), .. written.Inside.Skip(i + 1)] };
        for (var i = 0; i < written.Attributes.Count; i++)
            yield return written with { Attributes = [.. written.Attributes.Take(i), .. written.Attributes.Skip(i + 1)] };
        if (written.Name != "m")
            yield return written with { Name = "m" };
        for (var i = 0; i < written.Inside.Count; i++)
            foreach (var smaller in Smaller(written.Inside[i]))
                yield return written with { Inside = [.. written.Inside.Take(i), smaller, .. written.Inside.Skip(i + 1)] };
    }
}
