using System.Buffers;
using System.Text;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.TestKit.Faults;

/// <summary>What travels along a leg in one go and leaves it in one write.</summary>
internal readonly record struct Piece(ReadOnlyMemory<byte> Bytes)
{
    /// <summary>The top-level element that the bytes are, whole; else null.</summary>
    public XmppElement? Stanza { get; init; }

    /// <summary>Whether the byte stream changes to TLS behind it.</summary>
    public bool ThenTls { get; init; }

    /// <summary>How the connection is cut behind it; null for not at all.</summary>
    public (CutKind Kind, Ends Ends)? Cut { get; init; }

    /// <summary>Whether this direction ends in order behind it.</summary>
    public bool IsLast { get; init; }

    /// <summary>Whether the proxy made it up, so that it was not read from a socket.</summary>
    public bool IsInjected { get; init; }

    private bool IsNothing => Bytes.IsEmpty && !ThenTls && !IsLast && Cut is null;

    public static Piece FromXml(string xml) => new(Encoding.UTF8.GetBytes(xml));

    public static Piece FromStanza(XmppElement stanza)
    {
        var bytes = new ArrayBufferWriter<byte>();
        XmppWriter.WriteElement(bytes, stanza, XmppNames.Client);
        return new(bytes.WrittenMemory) { Stanza = stanza };
    }

    /// <summary>The two parts, each null if there is nothing in it. A part is bytes only; what comes behind the piece comes behind its last part.</summary>
    public (Piece? Head, Piece? Tail) SplitAt(int length)
    {
        if (length == 0)
            return (null, IsNothing ? null : this);
        if (length == Bytes.Length)
            return (this, null);
        return (new(Bytes[..length]), this with { Bytes = Bytes[length..], Stanza = null });
    }
}
