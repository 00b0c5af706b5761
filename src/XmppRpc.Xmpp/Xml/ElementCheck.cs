using System.Buffers;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Finds what would make an element ill-formed on the wire, where it would end the whole XML stream.</summary>
internal static class ElementCheck
{
    private const string Xmlns = "http://www.w3.org/2000/xmlns/";

    /// <summary>Throws if the element or anything below it cannot be written; for what is built once and written often.</summary>
    public static void Verify(XmppElement element) => XmppWriter.WriteElement(new ArrayBufferWriter<byte>(), element, XmppNames.Client);

    /// <summary>Throws if the value is no XML text; <paramref name="owner"/> and <paramref name="name"/> say whose it is.</summary>
    public static void VerifyValue(string value, string owner, string name)
    {
        if (value.AsSpan().ContainsAnyExcept(XmlChars.Plain) && XmlChars.IndexOfForbidden(value) is >= 0 and var at)
            throw new ArgumentException($"The value of {Show(name)} of the {Show(owner)} element holds U+{(int)value[at]:X4} at index {at}, which XML forbids. Encode it, for example as JSON or base64.");
    }

    /// <summary>Throws if the element has a name or a namespace that cannot be written.</summary>
    public static void VerifyName(XmppElement element)
    {
        if (!XmlChars.IsNCName(element.Name))
            throw new ArgumentException($"'{Show(element.Name)}' is no XML element name without prefix.");
        if (string.Equals(element.Namespace, Xmlns, StringComparison.Ordinal))
            throw new ArgumentException($"The element {element.Name} cannot be in the reserved namespace {Xmlns}.");
    }

    /// <summary>Throws if the element's text is no XML text.</summary>
    public static void VerifyText(XmppElement element)
    {
        if (!XmlChars.IsText(element.TextUtf8.Span))
            throw new ArgumentException($"The text of the {Show(element.Name)} element is not UTF-8 or holds characters that XML forbids. Encode it, for example as JSON or base64.");
    }

    /// <summary>Throws if the attribute cannot be written behind those before <paramref name="index"/>.</summary>
    public static void VerifyAttribute(XmppElement element, XmppAttribute attribute, int index)
    {
        var (name, ns, value) = attribute;
        if (!XmlChars.IsNCName(name) || ns.Length == 0 && name == "xmlns" || string.Equals(ns, Xmlns, StringComparison.Ordinal))
            throw new ArgumentException($"'{Show(name)}' of the {Show(element.Name)} element is no XML attribute name without prefix. A namespace is given to the element itself.");
        if (element.HasAttribute(name, ns, index))
            throw new ArgumentException($"The {Show(element.Name)} element has the attribute {Show(name)} twice.");
        VerifyValue(ns, element.Name, name);
        VerifyValue(value, element.Name, name);
    }

    private static string Show(string name) => string.Concat(name.Take(32).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
