namespace XmppRpc.Xmpp.Xml;

/// <summary>What <see cref="BoundaryScanner"/> found the end of.</summary>
internal enum XmlToken : byte
{
    None,
    Declaration,
    StreamStart,
    Element,
    StreamEnd,
}

/// <summary>
/// Finds where a top-level token ends, remembering its state between chunks, in constant memory. It checks tag syntax and restricted XML, and counts
/// against the caps; names, references and namespaces are left to <see cref="ElementParser"/>. The first byte of a token must be <c>&lt;</c>.
/// </summary>
internal sealed class BoundaryScanner(XmppReaderLimits limits)
{
    private enum State : byte
    {
        Text, Open, Name, Between, Space, AttributeName, AfterAttributeName, BeforeValue, Value, Slash,
        CloseOpen, CloseName, CloseSpace, Bang, CData, CDataEnd, Declaration, DeclarationEnd,
    }

    private State _state;
    private byte _quote;
    private int _matched;
    private int _depth;
    private int _elements;
    private long _offset;
    private long _tagStart;

    /// <summary>Whether a token was begun and is not complete.</summary>
    public bool IsInside => _offset > 0;

    /// <summary>The first cap the token exceeded, or null.</summary>
    public string? OverCap { get; private set; }

    /// <summary>The length of the token's first tag once that is complete, if it is within the caps; else 0.</summary>
    public int FirstTagLength { get; private set; }

    /// <summary>Whether an XML declaration may come.</summary>
    public bool MayDeclare { get; set; } = true;

    /// <summary>Whether the next start tag is the stream's own.</summary>
    public bool ExpectsStreamStart { get; set; } = true;

    /// <summary>Prepares for the next token.</summary>
    public void Reset()
    {
        _state = State.Text;
        _depth = _elements = FirstTagLength = 0;
        _offset = 0;
        OverCap = null;
        MayDeclare = false;
    }

    /// <summary>Scans to the end of the token, or of the bytes; returns how many belong to it.</summary>
    public int Scan(ReadOnlySpan<byte> bytes, out XmlToken token)
    {
        token = XmlToken.None;
        var left = limits.MaxFatalBytes - _offset;
        var clipped = bytes.Length > left;
        if (clipped)
            bytes = bytes[..(int)left];

        var i = 0;
        while (i < bytes.Length && token == XmlToken.None)
            token = Step(bytes, ref i);

        _offset += i;
        if (clipped && token == XmlToken.None)
            throw StreamFault.At("policy-violation", $"more than {limits.MaxFatalBytes} bytes in one stanza", _offset);
        if (InTag && _offset - _tagStart > limits.MaxTagBytes)
            Exceed("", _offset);
        else if (_offset > limits.MaxStanzaBytes)
            OverCap ??= TooLong;
        return i;
    }

    private bool InTag => _state is not (State.Text or State.Bang or State.CData or State.CDataEnd);

    private XmlToken Step(ReadOnlySpan<byte> bytes, ref int i)
    {
        switch (_state)
        {
            case State.Text:
                if (SkipTo(bytes, ref i, bytes[i..].IndexOf((byte)'<')))
                {
                    _tagStart = _offset + i - 1;
                    _state = State.Open;
                }
                return XmlToken.None;
            case State.Value:
                if (SkipTo(bytes, ref i, bytes[i..].IndexOfAny(_quote, (byte)'<')))
                    _state = bytes[i - 1] == _quote ? State.Between : throw Fault("'<' in an attribute value", i - 1);
                return XmlToken.None;
            case State.Name or State.AttributeName or State.CloseName:
                var name = bytes[i..].IndexOfAnyExcept(XmlChars.NameBytes);
                if (name != 0)
                {
                    i = name < 0 ? bytes.Length : i + name;
                    return XmlToken.None;
                }
                break;
            case State.CData:
                if (SkipTo(bytes, ref i, bytes[i..].IndexOf((byte)']')))
                    (_state, _matched) = (State.CDataEnd, 1);
                return XmlToken.None;
            case State.Declaration:
                if (SkipTo(bytes, ref i, bytes[i..].IndexOf((byte)'?')))
                    _state = State.DeclarationEnd;
                return XmlToken.None;
        }
        return Take(bytes[i], i++);
    }

    // Moves behind the byte that was looked for, or to the end.
    private static bool SkipTo(ReadOnlySpan<byte> bytes, ref int i, int found)
    {
        i = found < 0 ? bytes.Length : i + found + 1;
        return found >= 0;
    }

    private XmlToken Take(byte b, int i)
    {
        switch (_state)
        {
            case State.Open:
                _state = b switch
                {
                    (byte)'/' when !ExpectsStreamStart => State.CloseOpen,
                    (byte)'!' when _depth > 0 => State.Bang,
                    (byte)'?' when MayDeclare => State.Declaration,
                    (byte)'!' or (byte)'?' => throw StreamFault.Restricted(b == '!' ? "a comment, document type or section" : "a processing instruction", _offset + i),
                    _ when XmlChars.IsNameStart(b) => State.Name,
                    _ => throw Fault("a tag without a name", i),
                };
                _matched = 0;
                return XmlToken.None;
            case State.Name or State.Between or State.Space:
                if (b == '>')
                    return StartTagEnds(i, empty: false);
                _state = b switch
                {
                    (byte)'/' => State.Slash,
                    _ when XmlChars.IsSpace(b) => State.Space,
                    _ when _state == State.Space && XmlChars.IsNameStart(b) => State.AttributeName,
                    _ => throw Fault("an unexpected character in a tag", i),
                };
                return XmlToken.None;
            case State.AttributeName or State.AfterAttributeName:
                _state = b == '=' ? State.BeforeValue : XmlChars.IsSpace(b) ? State.AfterAttributeName : throw Fault("an attribute without a value", i);
                return XmlToken.None;
            case State.BeforeValue:
                if (b is (byte)'\'' or (byte)'"')
                    (_state, _quote) = (State.Value, b);
                else if (!XmlChars.IsSpace(b))
                    throw Fault("an attribute value without quotes", i);
                return XmlToken.None;
            case State.Slash:
                return b == '>' ? StartTagEnds(i, empty: true) : throw Fault("'/' inside a tag", i);
            case State.CloseOpen:
                _state = XmlChars.IsNameStart(b) ? State.CloseName : throw Fault("an end tag without a name", i);
                return XmlToken.None;
            case State.CloseName or State.CloseSpace:
                if (b == '>')
                    return EndTagEnds(i);
                _state = XmlChars.IsSpace(b) ? State.CloseSpace : throw Fault("an unexpected character in an end tag", i);
                return XmlToken.None;
            case State.Bang:
                if (b != "[CDATA["u8[_matched])
                    throw StreamFault.Restricted("a comment or document type", _offset + i);
                if (++_matched == "[CDATA["u8.Length)
                    _state = State.CData;
                return XmlToken.None;
            case State.CDataEnd:
                _state = b switch
                {
                    (byte)']' => State.CDataEnd,
                    (byte)'>' when _matched > 1 => State.Text,
                    _ => State.CData,
                };
                _matched++;
                return XmlToken.None;
            default:
                if (b == '>')
                    return XmlToken.Declaration;
                _state = b == '?' ? State.DeclarationEnd : State.Declaration;
                return XmlToken.None;
        }
    }

    private XmlToken StartTagEnds(int i, bool empty)
    {
        var end = _offset + i + 1;
        _elements++;
        _state = State.Text;
        if (OverCap is null && (end - _tagStart > limits.MaxTagBytes || _depth >= limits.MaxDepth || _elements > limits.MaxElements))
            Exceed(_depth >= limits.MaxDepth ? $"more than {limits.MaxDepth} levels" : $"more than {limits.MaxElements} elements", end);
        if (_elements == 1 && end <= limits.MaxStanzaBytes && end <= limits.MaxTagBytes)
            FirstTagLength = (int)end;
        if (ExpectsStreamStart)
            return empty ? throw StreamFault.At("bad-format", "a stream that ends where it starts", end) : XmlToken.StreamStart;
        if (!empty)
            _depth++;
        return _depth == 0 ? XmlToken.Element : XmlToken.None;
    }

    private XmlToken EndTagEnds(int i)
    {
        var end = _offset + i + 1;
        _state = State.Text;
        if (end - _tagStart > limits.MaxTagBytes)
            Exceed("", end);
        if (_depth == 0)
            return XmlToken.StreamEnd;
        return --_depth == 0 ? XmlToken.Element : XmlToken.None;
    }

    private string TooLong => $"more than {limits.MaxStanzaBytes} bytes";

    // Called inside a tag. Names the cap that was exceeded first by position, whatever the chunks were.
    private void Exceed(string reason, long at)
    {
        var tagLimit = at - _tagStart > limits.MaxTagBytes ? _tagStart + limits.MaxTagBytes : long.MaxValue;
        OverCap ??= at > limits.MaxStanzaBytes && limits.MaxStanzaBytes <= tagLimit ? TooLong
            : tagLimit != long.MaxValue ? $"a tag of more than {limits.MaxTagBytes} bytes"
            : reason;
    }

    private XmppStreamException Fault(string what, int i) => StreamFault.NotWellFormed(what, _offset + i);
}
