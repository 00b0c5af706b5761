using XmppRpc.Xmpp.StreamManagement;

namespace XmppRpc.Xmpp.Session;

/// <summary>How much may be unacknowledged before senders wait. A single stanza always fits.</summary>
internal sealed record SendWindow(int MaxStanzas, int MaxBytes)
{
    public bool HasRoom(UnackedQueue unacked) => unacked.Count < MaxStanzas && (unacked.Bytes < MaxBytes || unacked.Count == 0);

    /// <summary>For an XMPP server that ended the stream because it was too much.</summary>
    public SendWindow Halved() => new(Math.Max(1, MaxStanzas / 2), Math.Max(1, MaxBytes / 2));
}
