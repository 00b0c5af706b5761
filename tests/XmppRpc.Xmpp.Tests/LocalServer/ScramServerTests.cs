using System.Security.Cryptography;
using System.Text;
using XmppRpc.LocalServer.Sasl;
using XmppRpc.Xmpp.Sasl;
using XmppRpc.Xmpp.Tests.Sasl;

namespace XmppRpc.Xmpp.Tests.LocalServer;

public sealed class ScramServerTests
{
    /// <summary>RFC 5802 §5 and RFC 7677 §3.</summary>
    public static TheoryData<string, string, string, string, string, string, string> Vectors => new()
    {
        {
            "SHA1", "QSXCR+Q6sek8bf92", "3rfcNHYJY1ZVvWVs7j", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
            "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
            "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            "v=rmF9pqV8S7suAoZWja4dJRkFsKQ="
        },
        {
            "SHA256", "W22ZaJ0SNY7soEsUEjb6gQ==", "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
            "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="
        },
    };

    [Theory]
    [MemberData(nameof(Vectors))]
    public void Exchange_of_the_RFC_succeeds(string hash, string salt, string nonce, string clientFirst, string serverFirst, string clientFinal, string serverFinal)
    {
        var scram = Server(new HashAlgorithmName(hash), Convert.FromBase64String(salt), nonce);
        Assert.Equal(serverFirst, Text(scram.Respond(Encoding.UTF8.GetBytes(clientFirst))));
        Assert.Equal(serverFinal, Encoding.UTF8.GetString(Assert.IsType<SaslReply.Success>(scram.Respond(Encoding.UTF8.GetBytes(clientFinal))).Data));
        Assert.Equal("user", scram.User);
    }

    [Theory]
    [InlineData("y,,n=user,r=abc", null)]
    [InlineData("n,a=user@localhost,n=user,r=abc", null)]
    [InlineData("n,,n=user,r=abc,x=extension", null)]
    [InlineData("n,a=eve@localhost,n=user,r=abc", "invalid-authzid")]
    [InlineData("n,,n=nobody,r=abc", "not-authorized")]
    [InlineData("n,,n=us=2Cer,r=abc", "not-authorized")]
    [InlineData("n,,n=us=zzer,r=abc", "malformed-request")]
    [InlineData("n,,n=,r=abc", "malformed-request")]
    [InlineData("n,,n=user,r=", "malformed-request")]
    [InlineData("n,,n=user,r=a b", "malformed-request")]
    [InlineData("n,,m=x,n=user,r=abc", "malformed-request")]
    [InlineData("n,b,n=user,r=abc", "malformed-request")]
    [InlineData("p=tls-unique,,n=user,r=abc", "malformed-request")]
    [InlineData("n,,r=abc,n=user", "malformed-request")]
    [InlineData("", "malformed-request")]
    public void First_message_is_checked(string message, string? failure)
    {
        var reply = Server(HashAlgorithmName.SHA256, [1, 2, 3, 4], "nonce").Respond(Encoding.UTF8.GetBytes(message));
        Assert.Equal(failure, (reply as SaslReply.Failure)?.Condition);
    }

    [Fact]
    public void First_message_that_is_not_UTF8_is_malformed() =>
        Assert.Equal(new SaslReply.Failure("malformed-request"), Server(HashAlgorithmName.SHA1, [1], "nonce").Respond([(byte)'n', 0xFF]));

    [Theory]
    [InlineData("c=biws,r=abcnonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "not-authorized")]
    [InlineData("c=eSws,r=abcnonce,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "not-authorized")]
    [InlineData("c=biws,r=abcother,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "not-authorized")]
    [InlineData("c=biws,r=abcnonce,p=AAAA", "malformed-request")]
    [InlineData("c=biws,r=abcnonce,p=?", "malformed-request")]
    [InlineData("c=biws,r=abcnonce", "malformed-request")]
    [InlineData("r=abcnonce,c=biws,p=AAAAAAAAAAAAAAAAAAAAAAAAAAA=", "malformed-request")]
    public void Final_message_is_checked(string message, string failure)
    {
        var scram = Server(HashAlgorithmName.SHA1, [1, 2, 3, 4], "nonce");
        Assert.IsType<SaslReply.Challenge>(scram.Respond("n,,n=user,r=abc"u8));
        Assert.Equal(new SaslReply.Failure(failure), scram.Respond(Encoding.UTF8.GetBytes(message)));
    }

    [Theory]
    [InlineData("pencil")]
    [InlineData("p=a,s s:w;ö'\"")]
    [InlineData("\u00A0\u2168\u212B")]
    public void Client_and_server_agree_on_a_password(string password)
    {
        var client = Scram.Client("SHA256", "us=,er", SaslPrep.Prepare(password), "abc");
        var scram = new ScramServer("nonce", user => user == "us=,er" ? ScramCredentials.Create(HashAlgorithmName.SHA256, password, [1, 2, 3, 4]) : null, (_, _) => false);
        var challenge = Assert.IsType<SaslReply.Challenge>(scram.Respond(client.Start()));
        client.Complete(Assert.IsType<SaslReply.Success>(scram.Respond(client.Respond(challenge.Data))).Data);
    }

    [Theory]
    [InlineData("a\u200Bb")]
    [InlineData("a\nb")]
    [InlineData("a\uFE0Fb")]
    public void Password_that_needs_more_preparation_is_refused(string password) =>
        Assert.Throws<ArgumentException>(() => ScramCredentials.Create(HashAlgorithmName.SHA1, password, [1]));

    private static ScramServer Server(HashAlgorithmName hash, byte[] salt, string nonce) =>
        new(nonce, user => user == "user" ? ScramCredentials.Create(hash, "pencil", salt) : null, (user, identity) => identity == user + "@localhost");

    private static string Text(SaslReply reply) => Encoding.UTF8.GetString(Assert.IsType<SaslReply.Challenge>(reply).Data);
}
