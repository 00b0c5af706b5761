using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Contracts;

public class RpcEndpointOptionsTests
{
    private static readonly RpcEndpointOptions Default = new() { Connection = new XmppConnectionOptions { Jid = Jid.Parse("a@example.org"), Password = "secret" } };

    public static TheoryData<string> Cases => new(Options.Keys);

    private static readonly Dictionary<string, (RpcEndpointOptions Good, RpcEndpointOptions Bad, string Name)> Options = new(StringComparer.Ordinal)
    {
        ["part of nothing"] = (Default with { MaxPartBytes = 1024 }, Default with { MaxPartBytes = 1023 }, "MaxPartBytes"),
        ["part above what the connection sends"] = (Default with { MaxPartBytes = 192 * 1024 }, Default with { MaxPartBytes = 192 * 1024 + 1 }, "MaxPartBytes"),
        ["frame below a stanza"] = (Default with { MaxFrameBytes = 64 * 1024 }, Default with { MaxFrameBytes = 64 * 1024 - 1 }, "MaxFrameBytes"),
        ["frame of too many parts"] = (Default with { MaxStanzaBytes = 1024, MaxFrameBytes = 16 << 20 }, Default with { MaxStanzaBytes = 1024, MaxFrameBytes = (16 << 20) + 1, MaxHalfBuiltBytesPerPeer = 17 << 20 }, "MaxFrameBytes"),
        ["half-built below a frame"] = (Default with { MaxHalfBuiltBytesPerPeer = 8 << 20 }, Default with { MaxHalfBuiltBytesPerPeer = (8 << 20) - 1 }, "MaxHalfBuiltBytesPerPeer"),
        ["half-built of all below that of one"] = (Default with { MaxHalfBuiltBytes = 16 << 20 }, Default with { MaxHalfBuiltBytes = (16 << 20) - 1 }, "MaxHalfBuiltBytes"),
        ["no time for a part"] = (Default with { PartTimeout = TimeSpan.FromTicks(1) }, Default with { PartTimeout = TimeSpan.Zero }, "PartTimeout"),
    };

    [Theory, MemberData(nameof(Cases))]
    public void Value_out_of_its_range_is_refused_by_name_and_the_last_one_inside_is_taken(string name)
    {
        var (good, bad, option) = Options[name];
        good.Validate();
        Assert.Contains($"RpcEndpointOptions.{option} ", Assert.Throws<ArgumentException>(bad.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_the_documented_ones() => Assert.Equal(
        (7680, 64 * 1024, 32 * 1024, 8 << 20, 16L << 20, 64L << 20, TimeSpan.FromSeconds(30)),
        (Default.MaxBatchBytes, Default.MaxStanzaBytes, Default.MaxPartBytes, Default.MaxFrameBytes, Default.MaxHalfBuiltBytesPerPeer, Default.MaxHalfBuiltBytes, Default.PartTimeout));
}
