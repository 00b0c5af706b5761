namespace XmppRpc.Xmpp.Xml;

/// <summary>The namespace declarations in force, innermost last (Namespaces in XML 1.0 §6).</summary>
internal sealed class NamespaceScopes
{
    public const string Undeclared = "urn:xmpprpc:undeclared:";
    private const string Xmlns = "http://www.w3.org/2000/xmlns/";

    private readonly List<(ReadOnlyMemory<byte> Prefix, string Namespace, string Before)> _declared = [];

    /// <summary>How many declarations are in force; give it to <see cref="CloseTo"/> to end those made since.</summary>
    public int Count => _declared.Count;

    /// <summary>The namespace of what has no prefix.</summary>
    public string Default { get; private set; } = "";

    public void CloseTo(int count)
    {
        for (var i = _declared.Count - 1; i >= count; i--)
        {
            Default = _declared[i].Before;
            _declared.RemoveAt(i);
        }
    }

    /// <summary>Declares a prefix, empty for the default, unless it says why that may not be; <paramref name="scope"/> is <see cref="Count"/> before the element's first declaration.</summary>
    public Refusal? Declare(ReadOnlyMemory<byte> prefix, string ns, int scope)
    {
        var isXml = prefix.Span.SequenceEqual("xml"u8);
        if (prefix.Span.SequenceEqual("xmlns"u8) || isXml != string.Equals(ns, XmppNames.Xml, StringComparison.Ordinal) || string.Equals(ns, Xmlns, StringComparison.Ordinal))
            return Refusal.BadPrefix("a declaration of the prefix or namespace of 'xml' or 'xmlns'");
        if (ns.Length == 0 && !prefix.IsEmpty)
            return Refusal.BadPrefix($"the prefix {StreamFault.Show(prefix.Span)} declared as no namespace");
        for (var i = scope; i < _declared.Count; i++)
            if (_declared[i].Prefix.Span.SequenceEqual(prefix.Span))
                return Refusal.NotWellFormed("a namespace declared twice in one tag");
        _declared.Add((prefix, ns, Default));
        if (prefix.IsEmpty)
            Default = ns;
        return null;
    }

    /// <summary>The namespace of a prefix, empty for the default; null if the prefix is not declared.</summary>
    public string? Find(ReadOnlySpan<byte> prefix)
    {
        if (prefix.IsEmpty)
            return Default;
        for (var i = _declared.Count - 1; i >= 0; i--)
            if (_declared[i].Prefix.Span.SequenceEqual(prefix))
                return _declared[i].Namespace;
        return prefix.SequenceEqual("xml"u8) ? XmppNames.Xml : null;
    }
}
