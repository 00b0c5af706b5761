using System.Globalization;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>
/// A session is cut off at any byte of its handshake and of 20 kB behind it, in either direction and every way: it is resumed, and each message has come once and in order (XEP-0198 §5).
/// Not Prosody 0.12: it feeds a resumed stream to the parser of the lost one, which may have stopped inside a stanza (docs/xmpp.md).
/// Cut at are some bytes, chosen anew from a fixed seed; with <c>XMPPRPC_EVERY_BYTE=1</c> each.
/// </summary>
public abstract class ResumeCutScenarios(XmppServerFixture servers, ServerKind server, ITestOutputHelper output)
{
    private const int Seed = 198, TranscriptBytes = 20_000;

    private static readonly bool EveryByte = Environment.GetEnvironmentVariable("XMPPRPC_EVERY_BYTE") == "1";

    /// <summary>About so many bytes lie between two cuts.</summary>
    protected virtual int Stride => 200;

    public static TheoryData<Direction, CutKind, Ends> Cuts => new(
        from direction in Enum.GetValues<Direction>()
        from cut in new[] { (CutKind.Fin, Ends.Both), (CutKind.Reset, Ends.Both), (CutKind.Reset, Ends.Client), (CutKind.Reset, Ends.Server) }
        select (direction, cut.Item1, cut.Item2));

    // one end alone: the other side takes the silence for a session that goes on
    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task Session_is_resumed_and_nothing_is_lost_at_whatever_byte_it_is_cut(Direction direction, CutKind kind, Ends ends)
    {
        using var unobserved = new UnobservedExceptions();
        var cuts = Sample();
        var sweep = new ResumeSweep(await servers.StartAsync(server, Setups.Patient), direction, kind, ends);

        await sweep.RunAsync(cuts);

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{cuts.Count} cuts, {sweep.Lost} of them of a session, {sweep.Messages} messages"));
        unobserved.AssertNone();
    }

    private List<long> Sample()
    {
        var random = new Random(Seed);
        var sample = new List<long>();
        for (long at = 0; at < TranscriptBytes; at += EveryByte ? 1 : random.Next(1, 2 * Stride))
            sample.Add(at);
        return sample;
    }
}
