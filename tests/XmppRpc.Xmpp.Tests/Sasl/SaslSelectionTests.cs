using System.Text;
using XmppRpc.Xmpp.Sasl;

namespace XmppRpc.Xmpp.Tests.Sasl;

public sealed class SaslSelectionTests
{
    private static readonly byte[] Data = [1, 2, 3];

    private readonly MechanismMemory _memory = new();

    private XmppConnectionOptions Options => new() { Jid = Jid.Parse("alice@example.org/desk"), Password = "pw-alice", AllowPlain = true, MechanismMemory = _memory };

    [Theory]
    [InlineData("PLAIN SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-512", "SCRAM-SHA-512")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS", "SCRAM-SHA-256-PLUS")]
    [InlineData("SCRAM-SHA-512 SCRAM-SHA-1-PLUS", "SCRAM-SHA-1-PLUS")]
    [InlineData("SCRAM-SHA-1-PLUS SCRAM-SHA-512-PLUS SCRAM-SHA-256-PLUS EXTERNAL", "SCRAM-SHA-512-PLUS")]
    [InlineData("PLAIN DIGEST-MD5 SCRAM-SHA-1", "SCRAM-SHA-1")]
    [InlineData("PLAIN DIGEST-MD5", "PLAIN")]
    public void Strongest_offered_mechanism_is_taken(string offered, string expected) =>
        Assert.Equal(expected, Choose(offered, "tls-server-end-point", Options, Binds("tls-server-end-point")).Mechanism);

    [Theory]
    [InlineData("SCRAM-SHA-1", null, "tls-server-end-point", "y,,")]
    [InlineData("SCRAM-SHA-1", "tls-server-end-point", "tls-server-end-point", "y,,")]
    [InlineData("SCRAM-SHA-1", null, "", "n,,")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", null, "", "n,,")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", null, "tls-server-end-point", "n,,")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", null, "tls-unique", "p=tls-unique,,")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-exporter", "tls-server-end-point", "n,,")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-exporter tls-server-end-point", "tls-server-end-point", "p=tls-server-end-point,,")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-1-PLUS", "tls-server-end-point tls-exporter", "tls-exporter tls-server-end-point", "p=tls-exporter,,")]
    [InlineData("SCRAM-SHA-1 SCRAM-SHA-512-PLUS-PLUS", "tls-server-end-point", "tls-server-end-point", "n,,")]
    public void Channel_binding_flag_follows_RFC_5802_section_6(string offered, string? listed, string possible, string header)
    {
        var choice = Choose(offered, listed, Options, Binds(possible.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(header, choice.Binding!.Header);
        Assert.Equal(header[0] == 'p', choice.Mechanism.EndsWith("-PLUS", StringComparison.Ordinal));
    }

    [Fact]
    public void Bound_data_follows_the_header_in_the_last_message() =>
        Assert.Equal(Convert.ToBase64String([.. "p=tls-exporter,,"u8, .. Data]), Choose("SCRAM-SHA-1-PLUS", "tls-exporter", Options, Binds("tls-exporter")).Binding!.Input);

    [Theory]
    [InlineData("PLAIN", true, false, "AllowPlain")]
    [InlineData("PLAIN", false, true, "clear text")]
    [InlineData("DIGEST-MD5 CRAM-MD5 X-OAUTH2 scram-sha-1", true, true, "none of them is SCRAM")]
    [InlineData("SCRAM-SHA-256-PLUS", true, true, "none of them is SCRAM that can be used here")]
    [InlineData("", true, true, "(none)")]
    public void Nothing_acceptable_is_refused_with_the_remedy(string offered, bool encrypted, bool allowPlain, string remedy)
    {
        var refused = Assert.Throws<XmppAuthenticationException>(() => Choose(offered, null, Options with { AllowPlain = allowPlain }, Binds() with { IsEncrypted = encrypted }));
        Assert.Equal("invalid-mechanism", refused.Condition);
        Assert.Contains(remedy, refused.Message);
    }

    [Fact]
    public void Plain_is_used_inside_tls_by_choice_with_an_empty_authorization_identity()
    {
        var plain = Choose("PLAIN", null, Options, Binds()).Begin(Options, new([]), Binds(), "pw-alice", "nonce");
        Assert.Equal("\0alice\0pw-alice", Encoding.UTF8.GetString(plain.Start()));
        Assert.Throws<XmppAuthenticationException>(() => plain.Respond([]));
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "SCRAM-SHA-1", false)]
    [InlineData("SCRAM-SHA-1", "PLAIN", false)]
    [InlineData("SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", false)]
    [InlineData("SCRAM-SHA-256", "SCRAM-SHA-256 SCRAM-SHA-1", true)]
    [InlineData("SCRAM-SHA-256", "SCRAM-SHA-512", true)]
    [InlineData("SCRAM-SHA-512", "SCRAM-SHA-1-PLUS", true)]
    public void Weaker_offer_than_before_is_refused_with_the_remedy_T11(string before, string offered, bool isTaken)
    {
        _memory.Remember(Options.Jid.Bare, "example.org", before);
        if (isTaken)
        {
            Choose(offered, "tls-server-end-point", Options, Binds("tls-server-end-point"));
            return;
        }

        var refused = Assert.Throws<XmppAuthenticationException>(() => Choose(offered, null, Options, Binds()));
        Assert.Equal("invalid-mechanism", refused.Condition);
        Assert.False(refused.IsTemporary);
        Assert.Contains($"weaker than {before}", refused.Message);
        Assert.Contains($"set MinimumMechanism={offered}", refused.Message);
        Choose(offered, null, Options with { MinimumMechanism = offered }, Binds());
    }

    [Fact]
    public void Memory_is_of_one_account_on_one_server_and_can_be_forgotten()
    {
        SaslSelection.Remember(new("SCRAM-SHA-256"), Options);
        Choose("SCRAM-SHA-1", null, Options with { Jid = Jid.Parse("bob@example.org") }, Binds());
        Choose("SCRAM-SHA-1", null, Options with { Host = "10.0.0.1" }, Binds());
        Choose("SCRAM-SHA-1", null, Options with { MechanismMemory = new MechanismMemory() }, Binds());
        Assert.Throws<XmppAuthenticationException>(() => Choose("SCRAM-SHA-1", null, Options with { Jid = Jid.Parse("alice@example.org/other") }, Binds()));
        _memory.Forget(Options.Jid);
        Choose("SCRAM-SHA-1", null, Options, Binds());
    }

    [Theory]
    [InlineData("SCRAM-SHA-256", "SCRAM-SHA-512", null, "SCRAM-SHA-512")]
    [InlineData("SCRAM-SHA-512", "SCRAM-SHA-256", null, "SCRAM-SHA-512")]
    [InlineData("SCRAM-SHA-512", "SCRAM-SHA-256", "SCRAM-SHA-1", "SCRAM-SHA-256")]
    [InlineData("SCRAM-SHA-256", "EXTERNAL", null, "SCRAM-SHA-256")]
    [InlineData(null, "EXTERNAL", null, "SCRAM-SHA-1")]
    [InlineData("of another program", "PLAIN", null, "PLAIN")]
    public void Strongest_use_is_remembered_unless_a_minimum_was_chosen(string? before, string used, string? minimum, string after)
    {
        if (before is not null)
            _memory.Remember(Options.Jid.Bare, "example.org", before);
        SaslSelection.Remember(new(used), Options with { MinimumMechanism = minimum });
        Assert.Equal(after, _memory.Recall(Options.Jid.Bare, "example.org"));
    }

    [Fact]
    public void Minimum_with_plus_requires_channel_binding()
    {
        var options = Options with { MinimumMechanism = "SCRAM-SHA-1-PLUS" };
        var refused = Assert.Throws<XmppAuthenticationException>(() => Choose("SCRAM-SHA-512 SCRAM-SHA-512-PLUS", "tls-exporter", options, Binds("tls-server-end-point")));
        Assert.Contains("tls-exporter", refused.Message);
        Assert.Equal("SCRAM-SHA-512-PLUS", Choose("SCRAM-SHA-512 SCRAM-SHA-512-PLUS", "tls-server-end-point", options, Binds("tls-server-end-point")).Mechanism);
    }

    private static SaslChoice Choose(string offered, string? listed, XmppConnectionOptions options, BoundChannel channel) =>
        SaslSelection.Choose(new(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries), listed?.Split(' ')), options, channel);

    private static BoundChannel Binds(params string[] types) => new(true, Stream.Null, null, [new Provider(types)]);

    private sealed class Provider(string[] types) : IChannelBindingProvider
    {
        public IReadOnlyList<string> Types => types;

        public byte[]? GetData(string type, Stream stream) => Data;
    }
}
