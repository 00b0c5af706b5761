namespace XmppRpc.Xmpp.Sasl;

/// <summary>Which mechanism to use: the strongest that is offered and allowed, and none that is weaker than before. There is no second try with a weaker one.</summary>
internal static class SaslSelection
{
    public static SaslChoice Choose(SaslOffer offer, XmppConnectionOptions options, BoundChannel channel)
    {
        var choice = Strongest(offer, options, channel);
        if (options.MinimumMechanism is { } minimum)
            return MechanismStrength.Of(choice.Mechanism) >= MechanismStrength.Of(minimum) ? choice
                : throw Unacceptable(offer, $"the best that can be used, {choice.Mechanism}, is weaker than MinimumMechanism={minimum}{WhyUnbound(minimum, offer, channel)}");
        var remembered = options.MechanismMemory.Recall(options.Jid.Bare, options.Server);
        return MechanismStrength.Of(choice.Mechanism) >= MechanismStrength.Of(remembered) ? choice
            : throw Unacceptable(offer, $"the best that can be used, {choice.Mechanism}, is weaker than {remembered}, by which {options.Jid.Bare} logged in before{WhyUnbound(remembered!, offer, channel)}. "
                + $"Somebody in between may have taken the stronger ones out. If the XMPP server was changed on purpose, set MinimumMechanism={choice.Mechanism}, or forget the account in the MechanismMemory");
    }

    /// <summary>After a login: what is to be the least from now on. A minimum by choice replaces what was remembered.</summary>
    public static void Remember(SaslChoice used, XmppConnectionOptions options)
    {
        // a certificate may be taken away again; a password then still goes by SCRAM (XEP-0474 §6)
        var mechanism = used.Mechanism == MechanismStrength.External ? MechanismStrength.WeakestScram : used.Mechanism;
        var remembered = options.MechanismMemory.Recall(options.Jid.Bare, options.Server);
        if (mechanism != remembered && (options.MinimumMechanism is not null || MechanismStrength.Of(mechanism) > MechanismStrength.Of(remembered)))
            options.MechanismMemory.Remember(options.Jid.Bare, options.Server, mechanism);
    }

    private static SaslChoice Strongest(SaslOffer offer, XmppConnectionOptions options, BoundChannel channel)
    {
        if (channel is { IsEncrypted: true, ClientCertificate: not null } && offer.Has(MechanismStrength.External))
            return new(MechanismStrength.External);
        if (!options.HasPassword)
            throw Unacceptable(offer, "EXTERNAL is not among them, so it did not accept the client certificate, and there is no password. Check that the XMPP server asks for certificates and trusts the issuer of this one");

        if (offer.HasPlus && channel.Find(offer.ChannelBindings) is { } binding)
            foreach (var hash in ScramHash.All)
                if (offer.Has(hash.Mechanism + "-PLUS"))
                    return new(hash.Mechanism + "-PLUS", hash, binding);

        // RFC 5802 §6: y only if no -PLUS is offered
        var flag = !offer.HasPlus && channel.CanBind ? ChannelBinding.NotOffered : ChannelBinding.Unsupported;
        foreach (var hash in ScramHash.All)
            if (offer.Has(hash.Mechanism))
                return new(hash.Mechanism, hash, flag);

        if (!offer.Has(MechanismStrength.Plain))
            throw Unacceptable(offer, "none of them is SCRAM that can be used here; enable SCRAM on the XMPP server");
        if (!channel.IsEncrypted)
            throw Unacceptable(offer, "PLAIN shows the password and is never used in clear text; use TLS");
        if (!options.AllowPlain)
            throw Unacceptable(offer, "PLAIN shows the password to the XMPP server; set AllowPlain if that is acceptable");
        return new(MechanismStrength.Plain);
    }

    private static string WhyUnbound(string wanted, SaslOffer offer, BoundChannel channel) =>
        wanted.EndsWith("-PLUS", StringComparison.Ordinal) && offer.HasPlus && channel.Find(offer.ChannelBindings) is null
            ? $" (channel bindings: {(offer.ChannelBindings is { } types ? RemoteText.Show(string.Join(' ', types)) : "no list")}; none of them can be made here)" : "";

    private static XmppAuthenticationException Unacceptable(SaslOffer offer, string why) =>
        new("invalid-mechanism", $"The XMPP server offers the SASL mechanisms {RemoteText.Show(offer.Mechanisms.Count == 0 ? "(none)" : string.Join(' ', offer.Mechanisms))}: {why}.");
}
