namespace XmppRpc.Xmpp.Session;

/// <summary>
/// Changes of the session that stand at one place of the inbound sequence, with no stanza between them. They must find room whatever the program does, so what follows without having been
/// seen is told as one: however often the session changed, there are three at most.
/// </summary>
internal sealed class SessionChanges : XmppEvent
{
    private readonly List<XmppEvent> _untaken = [];

    public bool IsEmpty => _untaken.Count == 0;

    public void Add(XmppEvent change)
    {
        // started, lost, started again: a program that saw none of it need not know that it was lost in between, but what of it is uncertain
        if (change is SessionStarted now && _untaken is [.., SessionStarted before, SessionLost])
        {
            _untaken.RemoveRange(_untaken.Count - 2, 2);
            change = new SessionStarted(now.Jid, before.IsResumed && now.IsResumed, [.. before.Unacknowledged, .. now.Unacknowledged], before.UnacknowledgedBytes + now.UnacknowledgedBytes);
        }
        _untaken.Add(change);
    }

    public XmppEvent Take()
    {
        var first = _untaken[0];
        _untaken.RemoveAt(0);
        return first;
    }
}
