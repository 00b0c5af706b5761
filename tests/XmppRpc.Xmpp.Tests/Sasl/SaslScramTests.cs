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
        var scram = Scram.Client("SHA1", "user", "pencil", "fyko+d2lbbFgONRv9qkxdawL");
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

    [Theory]
    [InlineData("SHA1", "n", 0)]
    [InlineData("SHA256", "y", 0)]
    [InlineData("SHA512", "n", 0)]
    [InlineData("SHA1", "p", 12)]
    [InlineData("SHA256", "p", 32)]
    [InlineData("SHA512", "p", 64)]
    public void Exchange_agrees_with_a_server_that_computes_it_the_other_way_round(string hash, string flag, int boundBytes)
    {
        var data = Enumerable.Range(0, boundBytes).Select(i => (byte)i).ToArray();
        var binding = flag switch { "n" => ChannelBinding.Unsupported, "y" => ChannelBinding.NotOffered, _ => ChannelBinding.Of("tls-exporter", data) };
        var header = flag is "p" ? "p=tls-exporter,," : flag + ",,";
        var scram = Scram.Client(hash, "user", "pencil", Nonce, binding);
        Assert.Equal($"SCRAM-SHA-{hash[3..]}{(flag is "p" ? "-PLUS" : "")}", scram.Name);
        var clientFirst = Text(scram.Start());
        Assert.Equal($"{header}n=user,r={Nonce}", clientFirst);
        var serverFirst = $"r={Nonce}x,s=AAAA,i=4096";
        var clientFinal = Text(scram.Respond(Bytes(serverFirst)));
        Assert.StartsWith($"c={Convert.ToBase64String([.. Bytes(header), .. data])},r={Nonce}x,p=", clientFinal);
        var (isProved, serverFinal) = Scram.Judge(hash, "pencil", clientFirst, serverFirst, clientFinal);
        Assert.True(isProved);
        scram.Complete(Bytes(serverFinal));
    }

    /// <summary>The example of XEP-0474 §5.3, its hash by the delimiters of 0.3 computed apart, and what somebody in between may make of it.</summary>
    [Theory]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-server-end-point tls-exporter", "G6k/rBLDqgOhRRaCuuatSDFkJ08=", true)]
    [InlineData("SCRAM-SHA-1-PLUS SCRAM-SHA-1", "tls-exporter tls-server-end-point", "G6k/rBLDqgOhRRaCuuatSDFkJ08=", true)]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-server-end-point tls-exporter", "HASH03", true)]
    [InlineData("SCRAM-SHA-1", "tls-server-end-point tls-exporter", "G6k/rBLDqgOhRRaCuuatSDFkJ08=", false)]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-unique", "G6k/rBLDqgOhRRaCuuatSDFkJ08=", false)]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", null, "G6k/rBLDqgOhRRaCuuatSDFkJ08=", false)]
    [InlineData("SCRAM-SHA-1,SCRAM-SHA-1-PLUS", "tls-server-end-point tls-exporter", "HASH03", false)]
    [InlineData("SCRAM-SHA-1", null, "AAAA", false)]
    [InlineData("SCRAM-SHA-1", null, "", false)]
    public void Offer_that_was_changed_on_its_way_is_noticed(string mechanisms, string? bindings, string h, bool isRight)
    {
        if (h == "HASH03")
            h = Convert.ToBase64String(CryptographicOperations.HashData(HashAlgorithmName.SHA1, "SCRAM-SHA-1,SCRAM-SHA-1-PLUS|tls-exporter,tls-server-end-point"u8));
        var scram = Scram.Client("SHA1", "user", "pencil", Nonce, offer: new(mechanisms.Split(' '), bindings?.Split(' ')));
        scram.Start();
        var serverFirst = Bytes($"r={Nonce}x,s=AAAA,i=4096,x=ignored,h={h}");
        if (isRight)
            scram.Respond(serverFirst);
        else
            Assert.Equal("server-not-verified", Assert.Throws<XmppAuthenticationException>(() => scram.Respond(serverFirst)).Condition);
    }

    [Fact]
    public void Salted_password_is_kept_for_the_next_login_once_the_server_proved_itself()
    {
        var kept = new SaltedPasswords();
        var salt = Convert.FromBase64String("W22ZaJ0SNY7soEsUEjb6gQ==");
        byte[]? Kept(string password = "pencil", int iterations = 4096) => kept.Find(HashAlgorithmName.SHA256, password, salt, iterations);

        var scram = Scram.Client("SHA256", "user", "pencil", Nonce, kept: kept);
        scram.Start();
        scram.Respond(Bytes(ServerFirst));
        Assert.Null(Kept());
        scram.Complete(Bytes(ServerFinal));
        Assert.Equal(Rfc2898DeriveBytes.Pbkdf2("pencil", salt, 4096, HashAlgorithmName.SHA256, 32), Kept());
        Assert.Null(Kept(password: "pencil2"));
        Assert.Null(Kept(iterations: 4097));

        var again = Scram.Client("SHA256", "user", "pencil", Nonce, kept: kept);
        again.Start();
        again.Respond(Bytes(ServerFirst));
        again.Complete(Bytes(ServerFinal));
    }

    [Fact]
    public void Kept_passwords_are_bounded_and_handed_out_as_copies()
    {
        var kept = new SaltedPasswords();
        for (byte i = 0; i < 65; i++)
            kept.Keep(HashAlgorithmName.SHA1, "pencil", [i], 4096, [i, i]);
        Assert.Null(kept.Find(HashAlgorithmName.SHA1, "pencil", [0], 4096));
        var copy = kept.Find(HashAlgorithmName.SHA1, "pencil", [64], 4096)!;
        copy[0] = 0;
        Assert.Equal([64, 64], kept.Find(HashAlgorithmName.SHA1, "pencil", [64], 4096));
    }

    [Theory]
    [InlineData("no-resources", "temporary-auth-failure")]
    [InlineData("server-does-support-channel-binding", "server-not-verified")]
    [InlineData("channel-bindings-dont-match", "server-not-verified")]
    [InlineData("unknown-user", "not-authorized")]
    public void Error_value_of_the_server_is_told_apart(string error, string condition)
    {
        var scram = Begun();
        scram.Respond(Bytes(ServerFirst));
        Assert.Equal(condition, Assert.Throws<XmppAuthenticationException>(() => scram.Complete(Bytes("e=" + error))).Condition);
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
        Assert.Equal("n,,n=a=3Db=2Cc,r=x", Text(Scram.Client("SHA256", "a=b,c", "p", "x").Start()));

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
    [InlineData("r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096")]
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
        var scram = Scram.Client("SHA256", "user", "pencil", Nonce);
        Assert.Equal($"n,,n=user,r={Nonce}", Text(scram.Start()));
        return scram;
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);
}
