using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>
/// One XML element as XMPP uses it (RFC 6120 §11): a name in a namespace, attributes, child elements and character data.
/// Text is kept as UTF-8, unescaped; of an element that mixes text and children, the text pieces are joined.
/// Not safe for concurrent use while it is being built.
/// </summary>
public sealed class XmppElement(string name, string ns)
{
    private XmppAttribute[]? _attributes;
    private XmppElement[]? _children;
    private int _attributeCount;
    private int _childCount;

    internal XmppElement(string name, string ns, ReadOnlySpan<XmppAttribute> attributes) : this(name, ns)
    {
        _attributeCount = attributes.Length;
        if (!attributes.IsEmpty)
            _attributes = attributes.ToArray();
    }

    /// <summary>The local name.</summary>
    public string Name { get; } = name;

    /// <summary>The namespace, never null; empty for "no namespace".</summary>
    public string Namespace { get; } = ns;

    /// <summary>Attributes in document order, without namespace declarations.</summary>
    public XmppItems<XmppAttribute> Attributes => new(_attributes, _attributeCount);

    /// <summary>Child elements in document order.</summary>
    public XmppItems<XmppElement> Children => new(_children, _childCount);

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
        foreach (var attribute in Attributes)
            if (attribute.Namespace.Length == 0 && string.Equals(attribute.Name, name, StringComparison.Ordinal))
                return attribute.Value;
        return null;
    }

    /// <summary>The first child with that name in that namespace, or null.</summary>
    public XmppElement? Child(string name, string ns)
    {
        foreach (var child in Children)
            if (child.Is(name, ns))
                return child;
        return null;
    }

    /// <summary>Sets an attribute without a namespace; null removes it. Returns this element.</summary>
    public XmppElement Set(string name, string? value)
    {
        var kept = 0;
        foreach (var attribute in Attributes)
            if (attribute.Namespace.Length > 0 || !string.Equals(attribute.Name, name, StringComparison.Ordinal))
                _attributes![kept++] = attribute;
        _attributeCount = kept;
        if (value is not null)
            Add(new XmppAttribute(name, "", value));
        return this;
    }

    /// <summary>Appends an attribute as it is, without looking for one of the same name. Returns this element.</summary>
    public XmppElement Add(XmppAttribute attribute)
    {
        Append(ref _attributes, ref _attributeCount, attribute);
        return this;
    }

    /// <summary>Appends a child. Returns this element.</summary>
    public XmppElement Add(XmppElement child)
    {
        Append(ref _children, ref _childCount, child);
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

    internal XmppElement CopyStartTag() => new(Name, Namespace, _attributes.AsSpan(0, _attributeCount));

    // Only while there are none.
    internal void SetChildren(ReadOnlySpan<XmppElement> children) => (_children, _childCount) = (children.ToArray(), children.Length);

    private static void Append<T>(ref T[]? items, ref int count, T item)
    {
        if (items is null)
            items = new T[2];
        else if (count == items.Length)
            Array.Resize(ref items, count * 2);
        items[count++] = item;
    }

    /// <summary>Replaces the text. Returns this element.</summary>
    public XmppElement WithText(string text)
    {
        Text = text;
        return this;
    }
}

/// <summary>An attribute; <paramref name="Namespace"/> is empty for the usual, unprefixed one.</summary>
public readonly record struct XmppAttribute(string Name, string Namespace, string Value);
