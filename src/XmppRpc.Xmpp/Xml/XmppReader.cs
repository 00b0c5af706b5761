using System.Buffers;

namespace XmppRpc.Xmpp.Xml;

/// <summary>
/// Reads one XML stream (RFC 6120 §4, §11) from bytes that arrive in any chunks: pure, iterative, linear in its input. One reader serves one XML stream
/// (a new one after STARTTLS and after SASL). Nothing may come after the stream's end, and a reader that threw must not be used again.
/// </summary>
/// <remarks>
/// Whatever makes it doubtful where an element ends throws <see cref="XmppStreamException"/> with the RFC's condition: bad UTF-8, ill-formed tags, a mismatched
/// end tag, and restricted XML (RFC 6120 §11.1: DTD, processing instruction, comment, undefined entity). So does anything wrong with the stream's own tags.
/// <para>
/// An XMPP server may relay, from anybody, what is wrong only inside an element's bounds; RFC 6120 §11.3 forbids to accept it, but ending the stream would
/// let any stranger end it. Such an element is given as <see cref="XmppNodeKind.Skipped"/>: names that are none, attributes there twice, declarations
/// that Namespaces in XML 1.0 §3 and §5 forbid (<c>not-well-formed</c>, <c>bad-namespace-prefix</c>), characters that XML forbids, raw or by reference,
/// a lone <c>&amp;</c>, <c>]]&gt;</c> in text, and everything above a cap (<c>policy-violation</c>).
/// </para>
/// An undeclared prefix is tolerated: its namespace is "urn:xmpprpc:undeclared:PREFIX".
/// Where the stream's content namespace is <see cref="XmppNames.Component"/>, elements in it are given in <see cref="XmppNames.Client"/>.
/// </remarks>
public sealed class XmppReader
{
    private enum Phase : byte
    {
        ByteOrderMark,
        Prolog,
        Content,
        Closed,
    }

    private const int KeptCapacity = 64 * 1024;

    private readonly BoundaryScanner _scanner;
    private readonly ElementParser _parser;
    private readonly QuickParser? _quick;
    private Phase _phase;
    private int _byteOrderMark;
    private ArrayBufferWriter<byte> _pending = new();
    private bool _skipping;
    private XmppElement? _skipped;
    private Utf8Scan _skippedText;

    /// <summary>A reader for one XML stream, with the default caps unless given.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A cap is below 1.</exception>
    public XmppReader(XmppReaderLimits? limits = null) : this(limits, isQuick: true)
    {
    }

    /// <summary>A reader of elements that stand alone, each a document of its own without an XML declaration (RFC 7395 §3.3): there is no stream tag around them, and nothing is declared but what they declare.</summary>
    internal static XmppReader ForDocuments(XmppReaderLimits? limits)
    {
        var reader = new XmppReader(limits) { _phase = Phase.Content };
        (reader._scanner.ExpectsStreamStart, reader._scanner.MayDeclare) = (false, false);
        return reader;
    }

    /// <summary>A reader that may go without the quick way, to be compared with.</summary>
    internal XmppReader(XmppReaderLimits? limits, bool isQuick)
    {
        limits = (limits ?? new()).Validated();
        NamespaceScopes scopes = new();
        StringCache names = new(), values = new();
        _scanner = new(limits);
        _parser = new(limits, scopes, names, values);
        _quick = isQuick ? new(limits, scopes, names, values) : null;
    }

    /// <summary>The default namespace that the stream's opening tag declared (for example <c>jabber:client</c>), empty if it declared none; null before it was read.</summary>
    public string? ContentNamespace { get; private set; }

    /// <summary>Whether an element was begun and is not complete.</summary>
    internal bool IsInside => _scanner.IsInside;

    /// <summary>Takes bytes from <paramref name="input"/> (which is moved behind them) until a node is complete; false when all were taken and none is.</summary>
    /// <exception cref="XmppStreamException">It is doubtful where an element ends, or one is above <see cref="XmppReaderLimits.MaxFatalBytes"/>.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out XmppNode node)
    {
        if (TryReadQuick(ref input, out node))
            return true;
        if (_phase == Phase.ByteOrderMark && !TakeByteOrderMark(ref input))
            return false;

        while (_scanner.IsInside || TakeSpace(ref input))
        {
            var bytes = TakeToken(ref input, out var token, ref node);
            if (token == XmlToken.None)
                return false;
            if (node.Element is not null)
            {
                _scanner.Reset();
                return true;
            }

            var overCap = _scanner.OverCap;
            _scanner.Reset();
            if (overCap is not null)
            {
                node = EndSkipped(token, Refusal.OverCap(overCap));
                return true;
            }
            if (token == XmlToken.Declaration)
            {
                XmlDeclaration.Check(bytes);
                continue;
            }
            node = ToNode(token, bytes);
            return true;
        }
        return false;
    }

    // An element that lies whole in the first piece of memory.
    private bool TryReadQuick(ref ReadOnlySequence<byte> input, out XmppNode node)
    {
        node = default;
        if (_phase != Phase.Content || _quick is null || _scanner.IsInside)
            return false;
        var bytes = input.First;
        var space = 0;
        while (space < bytes.Length && XmlChars.IsSpace(bytes.Span[space]))
            space++;
        if (space == bytes.Length || _quick.TryParse(bytes[space..], out var length) is not { } element)
            return false;
        input = input.Slice(space + length);
        node = new XmppNode(XmppNodeKind.Element, element);
        return true;
    }

    // A byte order mark may only be the first bytes of the stream (RFC 6120 §11.6). True when it has passed.
    private bool TakeByteOrderMark(ref ReadOnlySequence<byte> input)
    {
        while (TryPeek(input, out var first))
        {
            if (_byteOrderMark == 3 || first != "\uFEFF"u8[_byteOrderMark])
            {
                if (_byteOrderMark is 1 or 2 || first is 0 or 0xFE or 0xFF)
                    throw StreamFault.At("unsupported-encoding", "first bytes that are not UTF-8", _byteOrderMark);
                _phase = Phase.Prolog;
                return true;
            }
            _byteOrderMark++;
            input = input.Slice(1);
        }
        return false;
    }

    // Whitespace between stanzas is a keepalive (RFC 6120 §4.6.1). True if a token begins.
    private bool TakeSpace(ref ReadOnlySequence<byte> input)
    {
        long space = 0;
        foreach (var memory in input)
        {
            var content = memory.Span.IndexOfAnyExcept(" \t\r\n"u8);
            space += content < 0 ? memory.Length : content;
            if (content >= 0)
                break;
        }
        input = input.Slice(space);
        if (space > 0)
            _scanner.MayDeclare = false;
        if (!TryPeek(input, out var first))
            return false;
        if (_phase == Phase.Closed)
            throw StreamFault.NotWellFormed("content after its end", null);
        if (first != '<')
            throw StreamFault.At(_phase == Phase.Prolog ? "not-well-formed" : "bad-format", "text outside of a stanza", null);
        return true;
    }

    private static bool TryPeek(ReadOnlySequence<byte> input, out byte first)
    {
        foreach (var memory in input)
            if (!memory.IsEmpty)
            {
                first = memory.Span[0];
                return true;
            }
        first = 0;
        return false;
    }

    // The bytes of the token when it is complete and not over a cap; else they are kept for later, or passed over.
    private byte[] TakeToken(ref ReadOnlySequence<byte> input, out XmlToken token, ref XmppNode node)
    {
        token = XmlToken.None;
        long length = 0;
        foreach (var memory in input)
        {
            length += _scanner.Scan(memory.Span, out token);
            if (token != XmlToken.None)
                break;
        }
        var taken = input.Slice(0, length);
        input = input.Slice(length);

        if (_scanner.OverCap is not null)
        {
            if (_phase == Phase.Prolog)
                throw Fatal(Refusal.OverCap(_scanner.OverCap));
            Skip(taken);
            return [];
        }
        if (token != XmlToken.None && _pending.WrittenCount == 0 && taken.IsSingleSegment)
            return TakePending(taken, (int)length);
        foreach (var memory in taken)
            _pending.Write(memory.Span);
        if (token == XmlToken.None)
            return [];
        // What lay in one piece was tried already.
        if (token == XmlToken.Element && _quick?.TryParse(_pending.WrittenMemory, out _) is { } element)
        {
            node = new XmppNode(XmppNodeKind.Element, element);
            ForgetPending();
            return [];
        }
        return TakePending(default, _pending.WrittenCount);
    }


    private byte[] TakePending(ReadOnlySequence<byte> taken, int length)
    {
        var bytes = new byte[length];
        var pending = _pending.WrittenSpan[..Math.Min(length, _pending.WrittenCount)];
        pending.CopyTo(bytes);
        taken.Slice(0, length - pending.Length).CopyTo(bytes.AsSpan(pending.Length));
        ForgetPending();
        return bytes;
    }

    private void ForgetPending()
    {
        if (_pending.Capacity > KeptCapacity)
            _pending = new();
        else
            _pending.ResetWrittenCount();
    }

    private XmppNode ToNode(XmlToken token, byte[] bytes)
    {
        switch (token)
        {
            case XmlToken.StreamStart:
                var start = _parser.ParseStreamStart(bytes);
                if (_parser.Refusal is not null)
                    throw Fatal(_parser.Refusal);
                _phase = Phase.Content;
                _scanner.ExpectsStreamStart = false;
                ContentNamespace = _parser.ContentNamespace;
                _quick?.IsComponent = string.Equals(ContentNamespace, XmppNames.Component, StringComparison.Ordinal);
                return new XmppNode(XmppNodeKind.StreamStart, start);
            case XmlToken.StreamEnd:
                _parser.CheckStreamEnd(bytes);
                _phase = Phase.Closed;
                return new XmppNode(XmppNodeKind.StreamEnd, null);
            default:
                var element = _parser.ParseElement(bytes);
                return _parser.Refusal is { } refusal ? Skipped(element, refusal) : new XmppNode(XmppNodeKind.Element, element);
        }
    }

    private void Skip(ReadOnlySequence<byte> taken)
    {
        if (!_skipping)
        {
            _skipping = true;
            _skippedText = default;
            CheckSkipped(_pending.WrittenSpan);
            if (_scanner.FirstTagLength > 0)
                _skipped = _parser.ParseStartTag(TakePending(taken, _scanner.FirstTagLength));
            ForgetPending();
        }
        foreach (var memory in taken)
            CheckSkipped(memory.Span);
    }

    private void CheckSkipped(ReadOnlySpan<byte> bytes)
    {
        if (!_skippedText.IsValid(bytes))
            throw StreamFault.At("unsupported-encoding", "bytes that are not UTF-8", null);
    }

    private XmppNode EndSkipped(XmlToken token, Refusal refusal)
    {
        if (token != XmlToken.Element)
            throw Fatal(refusal);
        var node = Skipped(_skipped, refusal);
        (_skipping, _skipped) = (false, null);
        return node;
    }

    private static XmppNode Skipped(XmppElement? startTag, Refusal refusal) => new(XmppNodeKind.Skipped, startTag, refusal.What, refusal.Condition);

    private static XmppStreamException Fatal(Refusal refusal) => StreamFault.At(refusal.Condition, $"{refusal.What} where nothing can be skipped", null);
}
