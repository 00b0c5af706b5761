using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>
/// One XML element as XMPP uses it (RFC 6120 §11): a name in a namespace, attributes, child elements and character data.
/// Text is kept as UTF-8, unescaped; of an element that mixes text and children, the text pieces are joined.
/// Not safe for concurrent use while it is being built.
/// </summary>
public sealed class XmppElement(string name, string ns)
{
    private List<XmppAttribute>? _attributes;
    private List<XmppElement>? _children;

    /// <summary>The local name.</summary>
    public string Name { get; } = name;

    /// <summary>The namespace, never null; empty for "no namespace".</summary>
    public string Namespace { get; } = ns;

    /// <summary>Attributes in document order, without namespace declarations.</summary>
    public IReadOnlyList<XmppAttribute> Attributes => _attributes ?? (IReadOnlyList<XmppAttribute>)[];

    /// <summary>Child elements in document order.</summary>
    public IReadOnlyList<XmppElement> Children => _children ?? (IReadOnlyList<XmppElement>)[];

    /// <summary>The element's own character data, UTF-8, unescaped. May be a slice of the received stanza.</summary>
    public ReadOnlyMemory<byte> TextUtf8 { get; set; }

    /// <summary><see cref="TextUtf8"/> as a string.</summary>
    public string Text
    {
        get => Encoding.UTF8.GetString(TextUtf8.Span);
        set => TextUtf8 = Encoding.UTF8.GetBytes(value);
    }

    /// <summary>Whether this element has that name in that namespace.</summary>
    public bool Is(string name, string ns) => string.Equals(Name, name, StringComparison.Ordinal) && string.Equals(Namespace, ns, StringComparison.Ordinal);

    /// <summary>The value of the attribute without a namespace, or null.</summary>
    public string? Attribute(string name)
    {
        if (_attributes is not null)
            foreach (var attribute in _attributes)
                if (attribute.Namespace.Length == 0 && string.Equals(attribute.Name, name, StringComparison.Ordinal))
                    return attribute.Value;
        return null;
    }

    /// <summary>The first child with that name in that namespace, or null.</summary>
    public XmppElement? Child(string name, string ns)
    {
        if (_children is not null)
            foreach (var child in _children)
                if (child.Is(name, ns))
                    return child;
        return null;
    }

    /// <summary>Sets an attribute without a namespace; null removes it. Returns this element.</summary>
    public XmppElement Set(string name, string? value)
    {
        for (var i = (_attributes?.Count ?? 0) - 1; i >= 0; i--)
            if (_attributes![i].Namespace.Length == 0 && string.Equals(_attributes[i].Name, name, StringComparison.Ordinal))
                _attributes.RemoveAt(i);
        if (value is not null)
            Add(new XmppAttribute(name, "", value));
        return this;
    }

    /// <summary>Appends an attribute as it is, without looking for one of the same name. Returns this element.</summary>
    public XmppElement Add(XmppAttribute attribute)
    {
        (_attributes ??= new(4)).Add(attribute);
        return this;
    }

    /// <summary>Appends a child. Returns this element.</summary>
    public XmppElement Add(XmppElement child)
    {
        (_children ??= new(2)).Add(child);
        return this;
    }

    // Among the first so many attributes.
    internal bool HasAttribute(string name, string ns, int among)
    {
        for (var i = 0; i < among; i++)
            if (string.Equals(_attributes![i].Name, name, StringComparison.Ordinal) && string.Equals(_attributes[i].Namespace, ns, StringComparison.Ordinal))
                return true;
        return false;
    }

    internal XmppElement CopyStartTag() => new(Name, Namespace) { _attributes = _attributes };

    /// <summary>Replaces the text. Returns this element.</summary>
    public XmppElement WithText(string text)
    {
        Text = text;
        return this;
    }
}

/// <summary>An attribute; <paramref name="Namespace"/> is empty for the usual, unprefixed one.</summary>
public readonly record struct XmppAttribute(string Name, string Namespace, string Value);
