using XmppRpc.Xmpp.StreamManagement;

namespace XmppRpc.Xmpp.Session;

/// <summary>How much may be unacknowledged before senders wait. A single stanza always fits.</summary>
internal sealed record SendWindow(int MaxStanzas, int MaxBytes)
{
    /// <summary>The part of what may be on the way that answers may take: one in so many.</summary>
    public const int AnswerShare = 4;

    public bool HasRoom(UnackedQueue unacked) => unacked.Count < MaxStanzas && (unacked.Bytes < MaxBytes || unacked.Count == 0);

    /// <summary>Whether one more answer may leave: others, who can ask without end, have a quarter of the window, so that the program's own senders always have the rest. A single answer always fits.</summary>
    public bool HasRoomForAnswer(UnackedQueue unacked, int bytes) =>
        HasRoom(unacked) && (unacked.AnswerCount == 0 || (unacked.AnswerCount < MaxStanzas / AnswerShare && unacked.AnswerBytes + bytes <= MaxBytes / AnswerShare));

    /// <summary>For an XMPP server that ended the stream because it was too much.</summary>
    public SendWindow Halved() => new(Math.Max(1, MaxStanzas / 2), Math.Max(1, MaxBytes / 2));
}
