namespace XmppRpc.Xmpp.Xml;

/// <summary>Finds what would make an element ill-formed on the wire, where it would end the whole XML stream.</summary>
internal static class ElementCheck
{
    private const string Xmlns = "http://www.w3.org/2000/xmlns/";

    /// <summary>Throws <see cref="ArgumentException"/> that names the element.</summary>
    public static void Verify(XmppElement element)
    {
        var walk = new ElementWalk(element, "");
        while (walk.MoveNext())
            if (!walk.Closes)
                VerifyOne(walk.Current);
    }

    public static void VerifyValue(string value, string subject)
    {
        if (XmlChars.IndexOfForbidden(value) is >= 0 and var at)
            throw new ArgumentException($"{subject} holds U+{(int)value[at]:X4} at index {at}, which XML forbids. Encode it, for example as JSON or base64.");
    }

    private static void VerifyOne(XmppElement element)
    {
        if (!XmlChars.IsNCName(element.Name))
            throw new ArgumentException($"'{Show(element.Name)}' is no XML element name without prefix.");
        if (string.Equals(element.Namespace, Xmlns, StringComparison.Ordinal))
            throw new ArgumentException($"The element {element.Name} cannot be in the reserved namespace {element.Namespace}.");
        VerifyValue(element.Namespace, $"The namespace of the element {element.Name}");
        if (!XmlChars.IsText(element.TextUtf8.Span))
            throw new ArgumentException($"The text of the element {element.Name} is not UTF-8 or holds characters that XML forbids. Encode it, for example as JSON or base64.");

        var attributes = element.Attributes;
        for (var i = 0; i < attributes.Count; i++)
        {
            var (name, ns, value) = attributes[i];
            if (!XmlChars.IsNCName(name) || ns.Length == 0 && name == "xmlns")
                throw new ArgumentException($"'{Show(name)}' in the element {element.Name} is no XML attribute name without prefix.");
            if (string.Equals(ns, Xmlns, StringComparison.Ordinal))
                throw new ArgumentException($"The attribute {name} of the element {element.Name} declares a namespace; give the element its namespace instead.");
            VerifyValue(ns, $"The namespace of the attribute {name}");
            VerifyValue(value, $"The attribute {name} of the element {element.Name}");
            for (var other = 0; other < i; other++)
                if (string.Equals(attributes[other].Name, name, StringComparison.Ordinal) && string.Equals(attributes[other].Namespace, ns, StringComparison.Ordinal))
                    throw new ArgumentException($"The element {element.Name} has the attribute {name} twice.");
        }
    }

    private static string Show(string name) => string.Concat(name.Take(32).Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
}
