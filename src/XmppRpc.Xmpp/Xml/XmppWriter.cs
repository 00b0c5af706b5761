using System.Buffers;
using System.Globalization;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Writes XML for an XMPP stream as UTF-8 (RFC 6120 §11): no prefixes but <c>stream:</c> and <c>xml:</c> (others only for attributes in another namespace), no declaration, attribute values in single quotes.</summary>
public static class XmppWriter
{
    private static readonly SearchValues<byte> InText = SearchValues.Create("&<>\r"u8);
    // Neither to be escaped nor to be checked.
    private static readonly SearchValues<byte> PlainInText = SearchValues.Create([.. "\t\n"u8, .. Enumerable.Range(0x20, 0x60).Select(b => (byte)b).Except("&<>"u8.ToArray())]);
    private static readonly SearchValues<char> PlainInValue = SearchValues.Create([.. Enumerable.Range(0x20, 0x60).Select(c => (char)c).Except("&<>'")]);
    private static readonly SearchValues<char> InValue = SearchValues.Create("&<>'\t\n\r");

    /// <summary>Writes the opening tag of a stream whose stanzas live in <paramref name="contentNamespace"/> (for example <c>jabber:client</c>).</summary>
    /// <exception cref="ArgumentException">A value holds what XML forbids; nothing was written.</exception>
    public static void WriteStreamStart(IBufferWriter<byte> output, string contentNamespace, string? from = null, string? to = null, string? id = null, string? version = "1.0")
    {
        ReadOnlySpan<(string Name, string? Value)> attributes = [("xmlns", contentNamespace), ("xmlns:stream", XmppNames.Streams), ("from", from), ("to", to), ("id", id), ("version", version)];
        foreach (var (name, value) in attributes)
            ElementCheck.VerifyValue(value ?? "", "stream:stream", name);

        var utf8 = new Utf8Output(output);
        try
        {
            utf8.Write("<stream:stream"u8);
            foreach (var (name, value) in attributes)
                if (value is not null)
                    WriteAttribute(ref utf8, name, value);
            utf8.Write((byte)'>');
            utf8.Commit();
        }
        finally
        {
            utf8.Dispose();
        }
    }

    /// <summary>Writes <c>&lt;/stream:stream&gt;</c>.</summary>
    public static void WriteStreamEnd(IBufferWriter<byte> output) => output.Write("</stream:stream>"u8);

    /// <summary>
    /// Writes one element and all below it, iteratively; <paramref name="contextNamespace"/> is the default namespace in force around it. The stream namespace
    /// is written with the <c>stream:</c> prefix, which the stream's opening tag declares. Around <see cref="XmppNames.Component"/> means: a component's stream,
    /// on which what is in <see cref="XmppNames.Client"/> is written as content of that stream. Inside of other namespaces it stays <c>jabber:client</c>, as XEP-0297 and XEP-0356 have it.
    /// </summary>
    /// <exception cref="ArgumentException">A name is none, an attribute is there twice, or text is not UTF-8 or holds what XML forbids; nothing was written.</exception>
    public static void WriteElement(IBufferWriter<byte> output, XmppElement element, string contextNamespace) =>
        Write(output, element, string.Equals(contextNamespace, XmppNames.Component, StringComparison.Ordinal) ? XmppNames.Client : contextNamespace, isAlone: false);

    /// <summary>As <see cref="WriteElement"/>, with nothing around the element: it declares all it needs, the <c>stream:</c> prefix too (RFC 7395 §3.3).</summary>
    internal static void WriteDocument(IBufferWriter<byte> output, XmppElement element) => Write(output, element, "", isAlone: true);

    private static void Write(IBufferWriter<byte> output, XmppElement element, string around, bool isAlone)
    {
        var utf8 = new Utf8Output(output);
        try
        {
            var walk = new ElementWalk(element, around);
            while (walk.MoveNext())
                if (!walk.Closes)
                    WriteStart(ref utf8, walk.Current, walk.Around, isAlone);
                else if (!IsEmpty(walk.Current))
                    WriteEnd(ref utf8, walk.Current);
            utf8.Commit();
        }
        finally
        {
            utf8.Dispose();
        }
    }

    /// <summary>The prefix that needs no declaration, for elements of the two namespaces that have one; else null.</summary>
    internal static string? PrefixOf(string ns) => ns switch
    {
        XmppNames.Streams => "stream:",
        XmppNames.Xml => "xml:",
        _ => null,
    };

    private static bool IsEmpty(XmppElement element) => element.Children.Count == 0 && element.TextUtf8.IsEmpty;

    private static void WriteStart(ref Utf8Output utf8, XmppElement element, string around, bool isAlone)
    {
        ElementCheck.VerifyName(element);
        utf8.Write((byte)'<');
        WriteName(ref utf8, element);
        if (PrefixOf(element.Namespace) is null && !string.Equals(element.Namespace, around, StringComparison.Ordinal))
        {
            ElementCheck.VerifyValue(element.Namespace, element.Name, "xmlns");
            WriteAttribute(ref utf8, "xmlns", element.Namespace);
        }
        if (isAlone && element.Namespace == XmppNames.Streams)
            WriteAttribute(ref utf8, "xmlns:stream", XmppNames.Streams);
        var attributes = element.Attributes;
        for (var i = 0; i < attributes.Count; i++)
        {
            ElementCheck.VerifyAttribute(element, attributes[i], i);
            WriteAttribute(ref utf8, attributes[i], i, isAlone);
        }
        if (IsEmpty(element))
        {
            utf8.Write("/>"u8);
            return;
        }
        utf8.Write((byte)'>');
        WriteText(ref utf8, element);
    }

    private static void WriteEnd(ref Utf8Output utf8, XmppElement element)
    {
        utf8.Write("</"u8);
        WriteName(ref utf8, element);
        utf8.Write((byte)'>');
    }

    private static void WriteName(ref Utf8Output utf8, XmppElement element)
    {
        if (PrefixOf(element.Namespace) is { } prefix)
            utf8.Write(prefix);
        utf8.Write(element.Name);
    }

    private static void WriteAttribute(ref Utf8Output utf8, XmppAttribute attribute, int index, bool isAlone)
    {
        if (attribute.Namespace.Length == 0)
        {
            WriteAttribute(ref utf8, attribute.Name, attribute.Value);
            return;
        }
        var prefix = PrefixOf(attribute.Namespace);
        if (prefix is null || isAlone && attribute.Namespace == XmppNames.Streams)
        {
            prefix = string.Create(CultureInfo.InvariantCulture, $"a{index}:");
            WriteAttribute(ref utf8, "xmlns:" + prefix[..^1], attribute.Namespace);
        }
        utf8.Write((byte)' ');
        utf8.Write(prefix);
        WriteNameAndValue(ref utf8, attribute.Name, attribute.Value);
    }

    private static void WriteAttribute(ref Utf8Output utf8, string name, string value)
    {
        utf8.Write((byte)' ');
        WriteNameAndValue(ref utf8, name, value);
    }

    private static void WriteNameAndValue(ref Utf8Output utf8, string name, string value)
    {
        utf8.Write(name);
        utf8.Write("='"u8);
        var rest = value.AsSpan();
        if (!rest.ContainsAnyExcept(PlainInValue))
            utf8.WriteAscii(rest);
        else
        {
            for (int special; (special = rest.IndexOfAny(InValue)) >= 0; rest = rest[(special + 1)..])
            {
                utf8.Write(rest[..special]);
                utf8.Write(Escape((byte)rest[special]));
            }
            utf8.Write(rest);
        }
        utf8.Write((byte)'\'');
    }

    private static void WriteText(ref Utf8Output utf8, XmppElement element)
    {
        var text = element.TextUtf8.Span;
        var special = text.IndexOfAnyExcept(PlainInText);
        if (special < 0)
        {
            utf8.Write(text);
            return;
        }
        ElementCheck.VerifyText(element);
        for (; (special = text.IndexOfAny(InText)) >= 0; text = text[(special + 1)..])
        {
            utf8.Write(text[..special]);
            utf8.Write(Escape(text[special]));
        }
        utf8.Write(text);
    }

    private static ReadOnlySpan<byte> Escape(byte special) => special switch
    {
        (byte)'&' => "&amp;"u8,
        (byte)'<' => "&lt;"u8,
        (byte)'>' => "&gt;"u8,
        (byte)'\'' => "&apos;"u8,
        (byte)'\t' => "&#9;"u8,
        (byte)'\n' => "&#10;"u8,
        _ => "&#13;"u8,
    };
}
