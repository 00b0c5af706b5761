using System.Text;
using XmppRpc.Xmpp.Sasl;

namespace XmppRpc.Xmpp.Tests.Sasl;

/// <summary>HT-SHA-256 against values computed by another library: HMAC over the side's name and the bound bytes 01 02 03.</summary>
public class SaslHtTests
{
    private const string Token = "secret-token:fast-Zm9v";
    private const string Initiator = "EFEFF8936E460178D3188B9E7F17C3AF54A0BD8DCA8B4A6F565EEC7E83EA1919", Responder = "E82D0881E3C9FB9824A8E858396A02F44839D4FB7C89DB74E54226D2A9DC0727";

    [Fact]
    public void Initiator_names_the_account_and_proves_the_token_over_what_is_bound() =>
        Assert.Equal([.. "alice"u8, 0, .. Convert.FromHexString(Initiator)], Begin().Start());

    [Fact]
    public void Responder_that_knows_the_token_is_believed() => Begin().Complete(Convert.FromHexString(Responder));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(Initiator)]
    [InlineData("00" + Responder)]
    public void Responder_without_the_proof_is_refused(string? proof)
    {
        var refused = Assert.Throws<XmppAuthenticationException>(() => Begin().Complete(proof is null ? null : Convert.FromHexString(proof)));
        Assert.Equal("server-not-verified", refused.Condition);
        Assert.DoesNotContain(Token, refused.ToString());
    }

    [Fact]
    public void Challenge_is_out_of_place() => Assert.Equal("malformed-request", Assert.Throws<XmppAuthenticationException>(() => Begin().Respond([])).Condition);

    private static SaslHt Begin() => new(new("HT-SHA-256-UNIQ", "tls-unique"), "alice", Encoding.UTF8.GetBytes(Token), [1, 2, 3]);
}
