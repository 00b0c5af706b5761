using System.Buffers;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.TestKit.Faults;

/// <summary>
/// Cuts the bytes of one direction at the ends of headers, top-level elements and white space, over any number of stream restarts, and leaves each byte as it is.
/// What is no XMPP stream passes as bytes from there on.
/// </summary>
internal sealed class StanzaSplitter
{
    // The proxy lets through what the two sides should judge for themselves.
    private static readonly XmppReaderLimits Limits = new()
    {
        MaxStanzaBytes = 64 * 1024 * 1024,
        MaxDepth = 100_000,
        MaxElements = 1_000_000,
        MaxAttributes = 10_000,
        MaxNameBytes = 64 * 1024,
        MaxTagBytes = 16 * 1024 * 1024,
        MaxNamespaces = 10_000,
    };

    private readonly ArrayBufferWriter<byte> _token = new();
    private byte[] _undecided = [];
    private XmppReader _reader = new(Limits);
    private bool _isOpaque;

    /// <summary>The pieces that are complete.</summary>
    public List<Piece> Split(ReadOnlyMemory<byte> bytes)
    {
        var pieces = new List<Piece>();
        ReadOnlyMemory<byte> rest = _undecided.Length == 0 ? bytes : (byte[])[.. _undecided, .. bytes.Span];
        _undecided = [];
        while (!rest.IsEmpty)
            if (_isOpaque)
                rest = Take(rest, rest.Length, pieces);
            else if (_token.WrittenCount > 0)
                rest = TakeToken(rest, pieces);
            else if (rest.Span.IndexOfAnyExcept(" \t\r\n"u8) is var content && content != 0)
                rest = Take(rest, content < 0 ? rest.Length : content, pieces);
            else if (IsHeader(rest.Span) is not { } isHeader)
                (_undecided, rest) = (rest.ToArray(), default);
            else
            {
                if (isHeader)
                    _reader = new(Limits);
                rest = TakeToken(rest, pieces);
            }
        return pieces;
    }

    /// <summary>What is left when the byte stream ended.</summary>
    public Piece? End()
    {
        byte[] left = [.. _token.WrittenSpan, .. _undecided];
        return left.Length == 0 ? null : new Piece(left);
    }

    // The reader takes a second header of one stream for an element, and would wait for its end.
    private static bool? IsHeader(ReadOnlySpan<byte> bytes)
    {
        var undecided = false;
        foreach (var header in new[] { "<?xml"u8.ToArray(), "<stream:s"u8.ToArray() })
        {
            if (bytes.StartsWith(header))
                return true;
            undecided |= header.AsSpan().StartsWith(bytes);
        }
        return undecided ? null : false;
    }

    private static ReadOnlyMemory<byte> Take(ReadOnlyMemory<byte> rest, int length, List<Piece> pieces)
    {
        pieces.Add(new(rest[..length]));
        return rest[length..];
    }

    private ReadOnlyMemory<byte> TakeToken(ReadOnlyMemory<byte> bytes, List<Piece> pieces)
    {
        var rest = new ReadOnlySequence<byte>(bytes);
        try
        {
            var found = _reader.TryRead(ref rest, out var node);
            var length = bytes.Length - (int)rest.Length;
            _token.Write(bytes.Span[..length]);
            if (found)
            {
                pieces.Add(new(_token.WrittenSpan.ToArray()) { Stanza = node.Kind is XmppNodeKind.Element ? node.Element : null });
                _token.ResetWrittenCount();
            }
            return bytes[length..];
        }
        catch (XmppStreamException)
        {
            _isOpaque = true;
            var passed = _token.WrittenSpan.ToArray();
            _token.ResetWrittenCount();
            if (passed.Length > 0)
                pieces.Add(new(passed));
            return bytes;
        }
    }
}
