using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace XmppRpc.Xmpp.Xml;

/// <summary>
/// Makes the tree of an element that lies whole in one piece of memory, in one pass. It takes what stanzas usually are, and nothing of which it is not
/// sure: whatever is cut, over a cap, ill-formed or just rare (sections, mixed content, names outside ASCII) is left to <see cref="BoundaryScanner"/> and
/// <see cref="ElementParser"/>, which judge. So it never throws, and where it gives a tree, they give the same one.
/// </summary>
internal sealed class QuickParser(XmppReaderLimits limits, NamespaceScopes scopes, StringCache names, StringCache values)
{
    private struct Open
    {
        public XmppElement Element;
        public int NameStart;
        public int NameLength;
        public int Scope;
        public int FirstChild;
    }

    private readonly record struct RawAttribute(int NameStart, int NameLength, int PrefixLength, int ValueStart, int ValueLength, bool IsPlain);

    private const int KeptScratch = 64 * 1024;

    // Neither to be decoded nor to be checked.
    private static readonly SearchValues<byte> PlainText = SearchValues.Create([.. "\t\n"u8, .. Enumerable.Range(0x20, 0x60).Select(b => (byte)b).Except("&<>"u8.ToArray())]);
    private static readonly SearchValues<byte> PlainValue = SearchValues.Create([.. Enumerable.Range(0x20, 0x60).Select(b => (byte)b).Except("&<'\""u8.ToArray())]);
    // To be decoded, or forbidden.
    private static readonly SearchValues<byte> SpecialInText = SearchValues.Create([.. "&>"u8, .. Enumerable.Range(0, 0x20).Select(b => (byte)b).Except("\t\n"u8.ToArray())]);
    private static readonly SearchValues<byte> SpecialInValue = SearchValues.Create([.. "&"u8, .. Enumerable.Range(0, 0x20).Select(b => (byte)b)]);
    private static readonly bool[] IsName = [.. Enumerable.Range(0, 256).Select(b => b < 0x80 && b != ':' && XmlChars.NameBytes.Contains((byte)b))];

    private readonly RawAttribute[] _raw = new RawAttribute[Math.Min(limits.MaxAttributes, 64)];
    private readonly XmppAttribute[] _attributes = new XmppAttribute[Math.Min(limits.MaxAttributes, 64)];
    private Open[] _open = new Open[8];
    private XmppElement[] _children = new XmppElement[16];
    private byte[] _scratch = [];
    private int _depth;
    private int _childCount;
    private int _elements;
    private bool _isComponent;

    /// <summary>Whether elements of the component namespace are given in that of clients.</summary>
    public bool IsComponent { set => _isComponent = value; }

    /// <summary>The element that <paramref name="memory"/> begins with and its length, or null if this is not for the quick way. Nothing of the memory is kept.</summary>
    public XmppElement? TryParse(ReadOnlyMemory<byte> memory, out int length)
    {
        var most = Math.Min(limits.MaxStanzaBytes, limits.MaxFatalBytes);
        if (memory.Length > most)
            memory = memory[..most];
        var scope = scopes.Count;
        var element = Parse(memory, out length);
        scopes.CloseTo(scope);
        _open.AsSpan(0, _depth).Clear();
        _children.AsSpan(0, _childCount).Clear();
        _depth = _childCount = _elements = 0;
        if (_scratch.Length > KeptScratch)
            _scratch = [];
        return element;
    }

    private XmppElement? Parse(ReadOnlyMemory<byte> memory, out int at)
    {
        var bytes = memory.Span;
        at = 0;
        if (bytes[0] != '<')
            return null;
        while (true)
        {
            XmppElement? closed;
            if (at + 1 < bytes.Length && bytes[at + 1] == '/')
            {
                if (_depth == 0 || !TryEndTag(bytes, ref at))
                    return null;
                closed = Close();
            }
            else if (!TryStartTag(memory, bytes, ref at, out closed))
                return null;

            if (_depth == 0 && closed is not null)
                return closed;
            if (closed is not null)
                AddChild(closed);
            if (!TryText(bytes, ref at))
                return null;
        }
    }

    private void AddChild(XmppElement child)
    {
        if (_childCount == _children.Length)
            Array.Resize(ref _children, _childCount * 2);
        _children[_childCount++] = child;
    }

    private XmppElement Close()
    {
        ref var open = ref _open[--_depth];
        var element = open.Element;
        if (_childCount > open.FirstChild)
        {
            var children = _children.AsSpan(open.FirstChild, _childCount - open.FirstChild);
            element.SetChildren(children);
            children.Clear();
            _childCount = open.FirstChild;
        }
        if (scopes.Count > open.Scope)
            scopes.CloseTo(open.Scope);
        return element;
    }

    private bool TryEndTag(ReadOnlySpan<byte> bytes, ref int at)
    {
        ref var open = ref _open[_depth - 1];
        var name = bytes.Slice(open.NameStart, open.NameLength);
        var i = at + 2;
        if (!bytes[i..].StartsWith(name))
            return false;
        i += name.Length;
        while (i < bytes.Length && XmlChars.IsSpace(bytes[i]))
            i++;
        if (i >= bytes.Length || bytes[i] != '>' || i + 1 - at > limits.MaxTagBytes)
            return false;
        at = i + 1;
        return true;
    }

    // Gives the element if it is empty.
    private bool TryStartTag(ReadOnlyMemory<byte> memory, ReadOnlySpan<byte> bytes, ref int at, out XmppElement? closed)
    {
        closed = null;
        var i = at + 1;
        var nameStart = i;
        if (_depth >= limits.MaxDepth || ++_elements > limits.MaxElements || !TryName(bytes, ref i, out var prefixLength))
            return false;
        var nameLength = i - nameStart;
        var scope = scopes.Count;
        if (!TryAttributes(memory, bytes, ref i, scope, out var count) || i - at > limits.MaxTagBytes)
            return false;

        var ns = scopes.Find(bytes.Slice(nameStart, prefixLength));
        if (ns is null)
            return false;
        if (_isComponent && string.Equals(ns, XmppNames.Component, StringComparison.Ordinal))
            ns = XmppNames.Client;
        if (!TryResolve(bytes, count))
            return false;
        var element = new XmppElement(Local(bytes, nameStart, nameLength, prefixLength), ns, _attributes.AsSpan(0, count));
        at = i;
        if (bytes[i - 2] == '/')
        {
            scopes.CloseTo(scope);
            closed = element;
            return true;
        }
        if (_depth == _open.Length)
            Array.Resize(ref _open, _depth * 2);
        _open[_depth++] = new Open { Element = element, NameStart = nameStart, NameLength = nameLength, Scope = scope, FirstChild = _childCount };
        return true;
    }

    // Declares namespaces, keeps the other attributes; leaves i behind the tag.
    private bool TryAttributes(ReadOnlyMemory<byte> memory, ReadOnlySpan<byte> bytes, ref int i, int scope, out int count)
    {
        count = 0;
        var all = 0;
        while (true)
        {
            var before = i;
            SkipSpace(bytes, ref i);
            if (i >= bytes.Length)
                return false;
            if (bytes[i] == '>')
            {
                i++;
                return true;
            }
            if (bytes[i] == '/')
            {
                i += 2;
                return i <= bytes.Length && bytes[i - 1] == '>';
            }
            if (i == before || all++ == _raw.Length)
                return false;

            var start = i;
            if (!TryName(bytes, ref i, out var prefixLength))
                return false;
            var length = i - start;
            SkipSpace(bytes, ref i);
            if (i >= bytes.Length || bytes[i++] != '=')
                return false;
            SkipSpace(bytes, ref i);
            if (!TryValue(bytes, ref i, out var valueStart, out var valueLength, out var isPlain))
                return false;

            var name = bytes.Slice(start, length);
            if (name.Length < 5 || !name.StartsWith("xmlns"u8) || name.Length > 5 && prefixLength != 5)
                _raw[count++] = new(start, length, prefixLength, valueStart, valueLength, isPlain);
            else if (scopes.Count >= limits.MaxNamespaces
                || Value(bytes, valueStart, valueLength, isPlain, names) is not { } ns
                || scopes.Declare(name.Length == 5 ? default : memory.Slice(start + 6, length - 6), ns, scope) is not null)
                return false;
        }
    }

    private bool TryResolve(ReadOnlySpan<byte> bytes, int count)
    {
        // One bit for each name's length and ends: only those that share one are compared.
        ulong seen = 0;
        for (var k = 0; k < count; k++)
        {
            ref var raw = ref _raw[k];
            var name = Local(bytes, raw.NameStart, raw.NameLength, raw.PrefixLength);
            var ns = raw.PrefixLength == 0 ? "" : scopes.Find(bytes.Slice(raw.NameStart, raw.PrefixLength));
            // An id does not come again, it would only push others out of the cache.
            var value = ns is null ? null : Value(bytes, raw.ValueStart, raw.ValueLength, raw.IsPlain, name is "id" ? null : values);
            if (value is null)
                return false;
            var bit = 1UL << (name.Length * 7 + name[0] * 3 + name[^1]);
            for (var other = (seen & bit) == 0 ? k : 0; other < k; other++)
                if (string.Equals(_attributes[other].Name, name, StringComparison.Ordinal) && string.Equals(_attributes[other].Namespace, ns, StringComparison.Ordinal))
                    return false;
            seen |= bit;
            _attributes[k] = new XmppAttribute(name, ns!, value);
        }
        return true;
    }

    // A name of ASCII with one colon at most, neither first nor last; leaves i behind it.
    private bool TryName(ReadOnlySpan<byte> bytes, ref int i, out int prefixLength)
    {
        prefixLength = 0;
        var start = i;
        if (!TryNCName(bytes, ref i))
            return false;
        if (bytes[i] == ':')
        {
            prefixLength = i++ - start;
            if (!TryNCName(bytes, ref i))
                return false;
        }
        return bytes[i] < 0x80 && bytes[i] != ':' && i - start <= limits.MaxNameBytes;
    }

    // Something comes behind it.
    private static bool TryNCName(ReadOnlySpan<byte> bytes, ref int i)
    {
        if (i >= bytes.Length || !(bytes[i] is >= (byte)'a' and <= (byte)'z' or >= (byte)'A' and <= (byte)'Z' or (byte)'_'))
            return false;
        i++;
        var isName = IsName;
        while (i < bytes.Length && isName[bytes[i]])
            i++;
        return i < bytes.Length;
    }

    private static bool TryValue(ReadOnlySpan<byte> bytes, ref int i, out int start, out int length, out bool isPlain)
    {
        (start, length, isPlain) = (i + 1, 0, true);
        if (i >= bytes.Length || bytes[i] is not ((byte)'\'' or (byte)'"'))
            return false;
        var rest = bytes[start..];
        length = rest.IndexOfAnyExcept(PlainValue);
        if (length < 0)
            return false;
        if (rest[length] != bytes[i])
        {
            isPlain = false;
            length = rest.IndexOfAny(bytes[i], (byte)'<');
            if (length < 0 || rest[length] == '<')
                return false;
        }
        i = start + length + 1;
        return true;
    }

    private string? Value(ReadOnlySpan<byte> bytes, int start, int length, bool isPlain, StringCache? cache)
    {
        var value = bytes.Slice(start, length);
        if (!isPlain && !TryDecode(ref value, XmlTextKind.Attribute))
            return null;
        return cache is null ? Encoding.UTF8.GetString(value) : cache.Get(value);
    }

    private bool TryText(ReadOnlySpan<byte> bytes, ref int at)
    {
        if (at >= bytes.Length)
            return false;
        if (bytes[at] == '<')
            return true;
        var text = bytes[at..];
        var length = text.IndexOfAnyExcept(PlainText);
        if (length < 0)
            return false;
        var isPlain = text[length] == '<';
        if (!isPlain)
            length = text.IndexOf((byte)'<');
        var element = _open[_depth - 1].Element;
        if (length < 0 || !element.TextUtf8.IsEmpty)
            return false;
        text = text[..length];
        if (!isPlain && !TryDecode(ref text, XmlTextKind.Content))
            return false;
        element.TextUtf8 = text.ToArray();
        at += length;
        return true;
    }

    private bool TryDecode(ref ReadOnlySpan<byte> text, XmlTextKind kind)
    {
        if (!Utf8.IsValid(text))
            return false;
        var special = text.IndexOfAny(kind == XmlTextKind.Attribute ? SpecialInValue : SpecialInText);
        if (XmlChars.IndexOfNonCharacter(text) >= 0)
            return false;
        if (special < 0)
            return true;
        if (XmlChars.IndexOfForbidden(text[special..]) >= 0 || !HasOnlyKnownReferences(text[special..]))
            return false;
        if (_scratch.Length < text.Length)
            _scratch = new byte[Math.Max(text.Length, 256)];
        text.CopyTo(_scratch);
        Refusal? refusal = null;
        text = _scratch.AsSpan(0, XmlText.Decode(_scratch.AsSpan(0, text.Length), kind, 0, ref refusal));
        return refusal is null;
    }

    // An undefined entity ends the stream; that is for others to say.
    private static bool HasOnlyKnownReferences(ReadOnlySpan<byte> text)
    {
        for (int at; (at = text.IndexOf((byte)'&')) >= 0; text = text[(at + 1)..])
            if (text[at..] is not [_, (byte)'#', ..] && !text[at..].StartsWith("&quot;"u8) && !text[at..].StartsWith("&amp;"u8)
                && !text[at..].StartsWith("&lt;"u8) && !text[at..].StartsWith("&gt;"u8) && !text[at..].StartsWith("&apos;"u8))
                return false;
        return true;
    }

    private string Local(ReadOnlySpan<byte> bytes, int start, int length, int prefixLength)
    {
        var skip = prefixLength == 0 ? 0 : prefixLength + 1;
        return names.Get(bytes.Slice(start + skip, length - skip));
    }

    private static void SkipSpace(ReadOnlySpan<byte> bytes, ref int i)
    {
        while (i < bytes.Length && XmlChars.IsSpace(bytes[i]))
            i++;
    }
}
