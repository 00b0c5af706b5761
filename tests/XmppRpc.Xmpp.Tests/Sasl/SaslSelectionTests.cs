using System.Text;
using XmppRpc.Xmpp.Sasl;

namespace XmppRpc.Xmpp.Tests.Sasl;

public sealed class SaslSelectionTests
{
    private static readonly XmppConnectionOptions Options = new() { Jid = Jid.Parse("alice@example.org"), Password = "pw-alice" };

    [Theory]
    [InlineData("PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512", "SCRAM-SHA-512")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "SCRAM-SHA-256")]
    [InlineData("PLAIN DIGEST-MD5 SCRAM-SHA-1", "SCRAM-SHA-1")]
    public void Strongest_offered_mechanism_is_taken(string offered, string expected) =>
        Assert.Equal(expected, SaslSelection.Choose(offered.Split(' '), Options with { AllowPlain = true }, encrypted: true, "nonce").Name);

    [Theory]
    [InlineData("PLAIN", true, false, "AllowPlain")]
    [InlineData("PLAIN", false, true, "clear text")]
    [InlineData("DIGEST-MD5 CRAM-MD5 X-OAUTH2 scram-sha-1", true, true, "none of them is SCRAM")]
    [InlineData("", true, true, "(none)")]
    public void Nothing_acceptable_is_refused_with_the_remedy(string offered, bool encrypted, bool allowPlain, string remedy)
    {
        var refused = Assert.Throws<XmppAuthenticationException>(() =>
            SaslSelection.Choose(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries), Options with { AllowPlain = allowPlain }, encrypted, "nonce"));
        Assert.Equal("invalid-mechanism", refused.Condition);
        Assert.Contains(remedy, refused.Message);
    }

    [Fact]
    public void Plain_is_used_inside_tls_by_choice_with_an_empty_authorization_identity()
    {
        var plain = SaslSelection.Choose(["PLAIN"], Options with { AllowPlain = true }, encrypted: true, "nonce");
        Assert.Equal("\0alice\0pw-alice", Encoding.UTF8.GetString(plain.Start()));
        Assert.Throws<XmppAuthenticationException>(() => plain.Respond([]));
    }
}
