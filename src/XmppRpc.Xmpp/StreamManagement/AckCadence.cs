namespace XmppRpc.Xmpp.StreamManagement;

/// <summary>When to ask for an acknowledgement: after so many stanzas or bytes since the last time; a timer of the owner asks for the rest. Pure.</summary>
internal sealed class AckCadence(int everyStanzas, int everyBytes)
{
    private int _stanzas;
    private long _bytes;

    /// <summary>Whether stanzas were sent since it was last asked.</summary>
    public bool IsOwed => _stanzas > 0;

    /// <summary>Counts a stanza; true if it is time to ask behind it.</summary>
    public bool Count(int bytes)
    {
        _stanzas++;
        _bytes += bytes;
        return _stanzas >= everyStanzas || _bytes >= everyBytes;
    }

    /// <summary>It was asked.</summary>
    public void Asked() => (_stanzas, _bytes) = (0, 0);
}
