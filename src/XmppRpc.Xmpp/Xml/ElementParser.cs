using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace XmppRpc.Xmpp.Xml;

/// <summary>
/// Makes the tree of one complete token, iteratively. <see cref="BoundaryScanner"/> has seen to it that tags, quotes and sections are complete and
/// nested; here names, references, namespaces, characters and end tags are checked. Text and its unescaping stay in the token's own array.
/// What is wrong throws where it casts doubt on the token's end (encoding, end tags, entities), and is noted as <see cref="Refusal"/> where it does not.
/// </summary>
internal sealed class ElementParser(XmppReaderLimits limits, NamespaceScopes scopes, StringCache names, StringCache values)
{
    private readonly record struct QName(int Start, int Length, int Colon)
    {
        public int PrefixLength => Math.Max(Colon, 0);
        public int LocalStart => Start + Colon + 1;
        public int LocalLength => Length - Colon - 1;
    }

    private readonly record struct RawAttribute(QName Name, int ValueStart, int ValueLength);

    private struct Open
    {
        public XmppElement Element;
        public QName Name;
        public int Scope;
        public ReadOnlyMemory<byte> Text;
        public ArrayBufferWriter<byte>? Joined;
    }

    private readonly List<RawAttribute> _attributes = [];
    private Open[] _open = new Open[8];
    private int _depth;
    private byte[] _bytes = [];
    private int _at;
    private int _forbidden;
    private byte[] _streamName = [];
    private bool _isComponent;
    private Refusal? _refusal;

    /// <summary>What is wrong with the last token, or null.</summary>
    public Refusal? Refusal => _refusal;

    /// <summary>The stream's opening tag; what it declares stays in force.</summary>
    public XmppElement ParseStreamStart(byte[] tag)
    {
        Begin(tag);
        var element = StartTag(out _, out var name);
        RefuseForbidden(tag.Length);
        var prefix = tag.AsSpan(name.Start, name.PrefixLength);
        if (name.Colon >= 0 && !prefix.SequenceEqual("stream"u8) || element.Namespace.StartsWith(NamespaceScopes.Undeclared, StringComparison.Ordinal))
            throw StreamFault.At("bad-namespace-prefix", $"an opening tag with the prefix {StreamFault.Show(prefix)}", name.Start);
        if (!string.Equals(element.Namespace, XmppNames.Streams, StringComparison.Ordinal))
            throw StreamFault.At("invalid-namespace", "an opening tag that is not in the stream namespace", name.Start);
        if (!string.Equals(element.Name, "stream", StringComparison.Ordinal))
            throw StreamFault.At("bad-format", "an opening tag that is not <stream>", name.Start);
        _streamName = Bytes(name).ToArray();
        _isComponent = string.Equals(ContentNamespace, XmppNames.Component, StringComparison.Ordinal);
        return element;
    }

    /// <summary>Checks that a tag closes the stream.</summary>
    public void CheckStreamEnd(byte[] tag)
    {
        Begin(tag);
        _at = "</".Length;
        var name = ReadName();
        if (!Bytes(name).SequenceEqual(_streamName))
            throw StreamFault.NotWellFormed($"</{StreamFault.Show(Bytes(name))}> outside of a stanza", null);
    }

    /// <summary>The default namespace of the stream's content.</summary>
    public string ContentNamespace => scopes.Default;

    /// <summary>An element without what is in it; null if its start tag is refused.</summary>
    public XmppElement? ParseStartTag(byte[] tag)
    {
        Begin(tag);
        var element = StartTag(out var scope, out _);
        RefuseForbidden(tag.Length);
        scopes.CloseTo(scope);
        return _refusal is null ? element : null;
    }

    /// <summary>A whole element; if it is refused, only its start tag, or null if that is the reason.</summary>
    public XmppElement? ParseElement(byte[] bytes)
    {
        Begin(bytes);
        var top = OpenElement();
        RefuseForbidden(_at);
        var startTag = _refusal is null ? top : null;
        RefuseForbidden(bytes.Length);
        while (_depth > 0)
        {
            var length = bytes.AsSpan(_at).IndexOf((byte)'<');
            if (length > 0)
                AddText(_at, length, XmlTextKind.Content);
            _at += length;
            switch (bytes[_at + 1])
            {
                case (byte)'/':
                    CloseElement();
                    break;
                case (byte)'!':
                    var start = _at + "<![CDATA[".Length;
                    length = bytes.AsSpan(start).IndexOf("]]>"u8);
                    AddText(start, length, XmlTextKind.CData);
                    _at = start + length + "]]>".Length;
                    break;
                default:
                    OpenElement();
                    break;
            }
        }
        _bytes = [];
        return _refusal is null ? top : startTag?.CopyStartTag();
    }

    private void Begin(byte[] bytes)
    {
        if (!Utf8.IsValid(bytes))
            throw StreamFault.At("unsupported-encoding", "bytes that are not UTF-8", ValidLength(bytes));
        _forbidden = XmlChars.IndexOfForbidden(bytes);
        _refusal = null;
        _bytes = bytes;
        _at = 0;
        _depth = 0;
    }

    private void RefuseForbidden(int before)
    {
        if (_forbidden >= 0 && _forbidden < before)
            _refusal ??= Refusal.NotWellFormed("a character that XML forbids");
    }

    private static int ValidLength(ReadOnlySpan<byte> bytes)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(bytes[at..], out _, out var used) == OperationStatus.Done)
            at += used;
        return at;
    }

    private XmppElement OpenElement()
    {
        var element = StartTag(out var scope, out var name);
        if (_depth > 0)
            _open[_depth - 1].Element.Add(element);
        if (_bytes[_at - 2] == '/')
        {
            scopes.CloseTo(scope);
            return element;
        }
        if (_depth == _open.Length)
            Array.Resize(ref _open, _depth * 2);
        _open[_depth++] = new Open { Element = element, Name = name, Scope = scope };
        return element;
    }

    private void CloseElement()
    {
        ref var open = ref _open[--_depth];
        _at += 2;
        var name = ReadName();
        if (!Bytes(name).SequenceEqual(Bytes(open.Name)))
            throw StreamFault.NotWellFormed($"</{StreamFault.Show(Bytes(name))}> where </{StreamFault.Show(Bytes(open.Name))}> belongs", name.Start);
        SkipSpace();
        _at++;
        open.Element.TextUtf8 = open.Joined is null ? open.Text : open.Joined.WrittenMemory;
        scopes.CloseTo(open.Scope);
        open = default;
    }

    private void AddText(int start, int length, XmlTextKind kind)
    {
        length = XmlText.Decode(_bytes.AsSpan(start, length), kind, start, ref _refusal);
        ref var open = ref _open[_depth - 1];
        if (open.Text.IsEmpty)
        {
            open.Text = _bytes.AsMemory(start, length);
            return;
        }
        if (open.Joined is null)
        {
            open.Joined = new ArrayBufferWriter<byte>(open.Text.Length + length);
            open.Joined.Write(open.Text.Span);
        }
        open.Joined.Write(_bytes.AsSpan(start, length));
    }

    // Leaves _at behind the tag.
    private XmppElement StartTag(out int scope, out QName name)
    {
        _at++;
        name = ReadName();
        ReadAttributes();
        scope = scopes.Count;
        foreach (var raw in _attributes)
            if (IsDeclaration(raw.Name))
                Declare(raw, scope);

        var element = new XmppElement(Local(name), ElementNamespace(name));
        if (name.Colon == "xmlns".Length && Bytes(name).StartsWith("xmlns"u8))
            _refusal ??= Refusal.BadPrefix("an element with the prefix 'xmlns'");
        foreach (var raw in _attributes)
            if (!IsDeclaration(raw.Name))
                AddAttribute(element, raw);
        return element;
    }

    private void ReadAttributes()
    {
        _attributes.Clear();
        while (true)
        {
            SkipSpace();
            if (_bytes[_at] == '/')
                _at++;
            if (_bytes[_at] == '>')
            {
                _at++;
                return;
            }
            var name = ReadName();
            SkipSpace();
            _at++;
            SkipSpace();
            var quote = _bytes[_at++];
            var length = _bytes.AsSpan(_at).IndexOf(quote);
            if (_attributes.Count < limits.MaxAttributes)
                _attributes.Add(new RawAttribute(name, _at, length));
            else
                _refusal ??= Refusal.OverCap($"more than {limits.MaxAttributes} attributes");
            _at += length + 1;
        }
    }

    private bool IsDeclaration(QName name) => Bytes(name).StartsWith("xmlns"u8) && (name.Colon == "xmlns".Length || name.Length == "xmlns".Length);

    private void Declare(RawAttribute raw, int scope)
    {
        var refusal = scopes.Count < limits.MaxNamespaces
            ? scopes.Declare(raw.Name.Colon < 0 ? default : _bytes.AsMemory(raw.Name.LocalStart, raw.Name.LocalLength), Value(raw, names), scope)
            : Refusal.OverCap($"more than {limits.MaxNamespaces} namespace declarations");
        _refusal ??= refusal;
    }

    private void AddAttribute(XmppElement element, RawAttribute raw)
    {
        var name = Local(raw.Name);
        var ns = raw.Name.Colon < 0 ? "" : Namespace(raw.Name) ?? Synthetic(raw.Name);
        if (element.HasAttribute(name, ns, element.Attributes.Count))
            _refusal ??= Refusal.NotWellFormed($"the attribute {StreamFault.Show(Bytes(raw.Name))} twice");
        element.Add(new XmppAttribute(name, ns, Value(raw, name is "id" ? null : values)));
    }

    private string Value(RawAttribute raw, StringCache? cache)
    {
        var value = _bytes.AsSpan(raw.ValueStart, raw.ValueLength);
        value = value[..XmlText.Decode(value, XmlTextKind.Attribute, raw.ValueStart, ref _refusal)];
        return cache is null ? Encoding.UTF8.GetString(value) : cache.Get(value);
    }

    private QName ReadName()
    {
        var start = _at;
        _at += _bytes.AsSpan(start).IndexOfAnyExcept(XmlChars.NameBytes);
        var name = _bytes.AsSpan(start, _at - start);
        var colon = name.IndexOf((byte)':');
        if (colon >= 0 && !XmlChars.IsNCName(name[..colon]) || !XmlChars.IsNCName(name[(colon + 1)..]))
            _refusal ??= Refusal.NotWellFormed($"{StreamFault.Show(name)}, which is no name");
        if (name.Length > limits.MaxNameBytes)
            _refusal ??= Refusal.OverCap($"a name of more than {limits.MaxNameBytes} bytes");
        return new QName(start, name.Length, colon);
    }

    private ReadOnlySpan<byte> Bytes(QName name) => _bytes.AsSpan(name.Start, name.Length);

    private string Local(QName name) => names.Get(_bytes.AsSpan(name.LocalStart, name.LocalLength));

    private string? Namespace(QName name) => scopes.Find(_bytes.AsSpan(name.Start, name.PrefixLength));

    private string ElementNamespace(QName name)
    {
        var ns = Namespace(name) ?? Synthetic(name);
        return _isComponent && string.Equals(ns, XmppNames.Component, StringComparison.Ordinal) ? XmppNames.Client : ns;
    }

    private string Synthetic(QName name) => NamespaceScopes.Undeclared + Encoding.UTF8.GetString(_bytes.AsSpan(name.Start, name.PrefixLength));

    private void SkipSpace()
    {
        while (XmlChars.IsSpace(_bytes[_at]))
            _at++;
    }
}
