using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>What the XMPP server says when it refuses a login (RFC 6120 §6.5, XEP-0388 §2.6.2), and what is to be done about it.</summary>
internal static class SaslFailure
{
    public static XmppAuthenticationException Read(XmppElement failure, Jid account, SaslChoice used)
    {
        var condition = Condition(failure);
        // each profile's own: the conditions are the same in both, the text is not
        var text = failure.Child("text", failure.Namespace)?.Text;
        return new(condition, $"The XMPP server refused {account} by {used.Mechanism} with {condition}{RemoteText.Reason(text)}. {Remedy(condition, used)}");
    }

    public static string Condition(XmppElement failure) =>
        RemoteText.Show(failure.Children.FirstOrDefault(c => c.Namespace == XmppNames.Sasl && c.Name != "text")?.Name ?? "not-authorized");

    private static string Remedy(string condition, SaslChoice used) => condition switch
    {
        "aborted" => "It saw the login as aborted, which was not done here. Check its log.",
        "account-disabled" => "The account is disabled; the XMPP server's administrator can enable it.",
        "credentials-expired" => "The password or certificate has expired. Set a new one.",
        "encryption-required" => "It wants TLS first. Use Tls=Required.",
        "incorrect-encoding" or "malformed-request" => "It could not read the login. Check its log, and that nothing in between changes the stream.",
        "invalid-authzid" when used.NeedsPassword => "Check the Jid.",
        "invalid-authzid" => "The client certificate does not name this account. Check the Jid and the certificate's XMPP address.",
        "invalid-mechanism" => "It offered the mechanism and then did not take it. Check its configuration.",
        "mechanism-too-weak" => "It wants a stronger mechanism for this account. Enable SCRAM there, or reset the password so that it is stored for SCRAM.",
        "temporary-auth-failure" => "It cannot check logins right now. Try again later.",
        "not-authorized" when !used.NeedsPassword => "Check that the client certificate is the account's, still valid, and issued by an authority which the XMPP server trusts.",
        "not-authorized" when used.Mechanism.EndsWith("-PLUS", StringComparison.Ordinal) =>
            "Check the Jid and the password. If both are right, TLS does not end at the XMPP server: somebody sits in between, or a proxy does and the XMPP server must not offer -PLUS.",
        "not-authorized" when used.Binding == ChannelBinding.NotOffered =>
            "Check the Jid and the password. If both are right, the XMPP server may support channel binding (SCRAM-…-PLUS) while its offer came without it: somebody took it out, or it is switched off there by half.",
        _ => "Check the Jid and the password.",
    };
}
