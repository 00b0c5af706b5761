namespace XmppRpc.Xmpp.Sasl;

/// <summary>One authentication by one SASL mechanism (RFC 4422): values in, values out, used once.</summary>
internal abstract class SaslMechanism(string name)
{
    /// <summary>The registered name, as in the stream features.</summary>
    public string Name { get; } = name;

    /// <summary>The initial response.</summary>
    public abstract byte[] Start();

    /// <summary>The response to a challenge. A challenge that is out of place or wrong throws <see cref="XmppAuthenticationException"/>.</summary>
    public abstract byte[] Respond(ReadOnlySpan<byte> challenge);

    /// <summary>Takes the data that came with success, or null; throws unless the server has proved itself as far as the mechanism lets it.</summary>
    public abstract void Complete(byte[]? data);
}
