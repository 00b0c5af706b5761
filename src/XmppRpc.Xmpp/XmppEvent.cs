namespace XmppRpc.Xmpp;

/// <summary>What a connection has to tell, in order: a <see cref="Stanzas.Stanza"/> that came, or a change of its session (<see cref="Session.SessionLost"/>, <see cref="Session.SessionStarted"/>).</summary>
public abstract class XmppEvent
{
    private protected XmppEvent()
    {
    }
}
