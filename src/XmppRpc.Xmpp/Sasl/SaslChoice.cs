namespace XmppRpc.Xmpp.Sasl;

/// <summary>The mechanism to log in by: EXTERNAL, PLAIN, or SCRAM with a hash and what it says of channel binding.</summary>
internal sealed record SaslChoice(string Mechanism, ScramHash? Hash = null, ChannelBinding? Binding = null)
{
    public bool NeedsPassword => Mechanism != MechanismStrength.External;

    /// <summary>Begins the login. <paramref name="password"/> is only used by what needs one, <paramref name="nonce"/> is printable ASCII without a comma.</summary>
    public SaslMechanism Begin(XmppConnectionOptions options, SaslOffer offer, BoundChannel channel, string password, string nonce) => Mechanism switch
    {
        MechanismStrength.External => new SaslExternal(options.Jid.Bare, channel.ClientCertificate!),
        MechanismStrength.Plain => new SaslPlain(options.Jid.Local!, password),
        _ => new SaslScram(Hash!, Binding!, options.Jid.Local!, password, nonce, offer, options.SaltedPasswords),
    };
}
