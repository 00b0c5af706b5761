using System.Security.Cryptography;
using System.Text;
using XmppRpc.Xmpp.Sasl;

namespace XmppRpc.Xmpp.Tests.Sasl;

public sealed class SaslScramTests
{
    private const string Nonce = "rOprNGfwEbeRWgbNEkqO";
    private const string ServerFirst = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private const string ServerFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    [Fact]
    public void Sha1_follows_the_dialogue_of_RFC_5802_section_5()
    {
        var scram = new SaslScram(HashAlgorithmName.SHA1, "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL");
        Assert.Equal("SCRAM-SHA-1", scram.Name);
        Assert.Equal("n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL", Text(scram.Start()));
        Assert.Equal("c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
            Text(scram.Respond("r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"u8)));
        scram.Complete("v=rmF9pqV8S7suAoZWja4dJRkFsKQ="u8.ToArray());
    }

    [Fact]
    public void Sha256_follows_the_dialogue_of_RFC_7677_section_3()
    {
        var scram = Begun();
        Assert.Equal("c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=", Text(scram.Respond(Bytes(ServerFirst))));
        scram.Complete(Bytes(ServerFinal));
    }

    [Fact]
    public void Sha512_agrees_with_a_server_that_computes_it_the_other_way_round()
    {
        var scram = new SaslScram(HashAlgorithmName.SHA512, "user", "pencil", Nonce);
        scram.Start();
        var withoutProof = $"c=biws,r={Nonce}x";
        var final = Text(scram.Respond(Bytes($"r={Nonce}x,s=AAAA,i=4096")));

        // RFC 5802 §3: the server holds StoredKey and recovers ClientKey from the proof
        var salted = Rfc2898DeriveBytes.Pbkdf2("pencil", Convert.FromBase64String("AAAA"), 4096, HashAlgorithmName.SHA512, 64);
        var storedKey = SHA512.HashData(HMACSHA512.HashData(salted, "Client Key"u8));
        var auth = Bytes($"n=user,r={Nonce},r={Nonce}x,s=AAAA,i=4096,{withoutProof}");
        var proof = Convert.FromBase64String(final[(withoutProof.Length + 3)..]);
        var signature = HMACSHA512.HashData(storedKey, auth);
        Assert.Equal(storedKey, SHA512.HashData([.. proof.Zip(signature, (a, b) => (byte)(a ^ b))]));
        scram.Complete(Bytes("v=" + Convert.ToBase64String(HMACSHA512.HashData(HMACSHA512.HashData(salted, "Server Key"u8), auth))));
    }

    [Fact]
    public void Signature_in_a_last_challenge_counts_as_well()
    {
        var scram = Begun();
        scram.Respond(Bytes(ServerFirst));
        Assert.Empty(scram.Respond(Bytes(ServerFinal)));
        scram.Complete(null);
    }

    [Fact]
    public void User_name_with_comma_and_equals_is_escaped() =>
        Assert.Equal("n,,n=a=3Db=2Cc,r=x", Text(new SaslScram(HashAlgorithmName.SHA256, "a=b,c", "p", "x").Start()));

    [Theory]
    [InlineData("r=other%hvYDpWUa2RaTCAfuxFIlj,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqO,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4095")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1000001")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=100000000")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=99999999999999999999")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=-4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=!!!,i=4096")]
    [InlineData("m=ext,r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")]
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,i=4096")]
    [InlineData("")]
    public void Bad_first_message_of_the_server_is_not_answered(string serverFirst) =>
        Assert.Equal("server-not-verified", Assert.Throws<XmppAuthenticationException>(() => Begun().Respond(Bytes(serverFirst))).Condition);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("v=")]
    [InlineData("v=AAAA")]
    [InlineData("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    [InlineData("x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")]
    public void Success_without_the_right_signature_is_no_success(string? serverFinal)
    {
        var scram = Begun();
        scram.Respond(Bytes(ServerFirst));
        Assert.Equal("server-not-verified", Assert.Throws<XmppAuthenticationException>(() => scram.Complete(serverFinal is null ? null : Bytes(serverFinal))).Condition);
    }

    [Fact]
    public void Success_before_any_challenge_is_no_success() =>
        Assert.Equal("server-not-verified", Assert.Throws<XmppAuthenticationException>(() => Begun().Complete(Bytes(ServerFinal))).Condition);

    [Fact]
    public void A_third_challenge_is_refused()
    {
        var scram = Begun();
        scram.Respond(Bytes(ServerFirst));
        scram.Respond(Bytes(ServerFinal));
        Assert.Throws<XmppAuthenticationException>(() => scram.Respond(Bytes(ServerFinal)));
    }

    [Fact]
    public void Error_in_the_last_message_is_a_refusal()
    {
        var scram = Begun();
        scram.Respond(Bytes(ServerFirst));
        var refused = Assert.Throws<XmppAuthenticationException>(() => scram.Respond("e=invalid-proof"u8));
        Assert.Equal("not-authorized", refused.Condition);
        Assert.Contains("invalid-proof", refused.Message);
    }

    private static SaslScram Begun()
    {
        var scram = new SaslScram(HashAlgorithmName.SHA256, "user", "pencil", Nonce);
        Assert.Equal($"n,,n=user,r={Nonce}", Text(scram.Start()));
        return scram;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
