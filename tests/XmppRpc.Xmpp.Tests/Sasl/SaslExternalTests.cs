using System.Text;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Tests.Network;

namespace XmppRpc.Xmpp.Tests.Sasl;

public sealed class SaslExternalTests
{
    /// <summary>XEP-0178 §2, step 10.</summary>
    [Theory]
    [InlineData("alice@example.org", "")]
    [InlineData("ALICE@Example.org", "")]
    [InlineData("", "alice@example.org")]
    [InlineData("alice@example.org bob@example.org", "alice@example.org")]
    [InlineData("bob@example.org", "alice@example.org")]
    [InlineData("@", "alice@example.org")]
    public void Account_is_named_unless_the_certificate_names_it_alone(string addresses, string expected)
    {
        using var certificate = TestCertificates.CreateClient(addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(expected, Encoding.UTF8.GetString(new SaslExternal(Jid.Parse("alice@example.org"), certificate).Start()));
    }

    [Fact]
    public void Addresses_of_other_kinds_are_passed_over()
    {
        using var certificate = TestCertificates.Create(["example.org", "www.example.org"]);
        Assert.Empty(XmppAddresses.In(certificate));
    }

    [Fact]
    public void Challenge_is_out_of_place()
    {
        using var certificate = TestCertificates.CreateClient([]);
        Assert.Equal("malformed-request", Assert.Throws<XmppAuthenticationException>(() => new SaslExternal(Jid.Parse("alice@example.org"), certificate).Respond([])).Condition);
    }
}
