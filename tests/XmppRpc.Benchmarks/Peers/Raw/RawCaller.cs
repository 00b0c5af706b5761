using System.Diagnostics;
using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.Benchmarks.Peers.Contestants;

namespace XmppRpc.Benchmarks.Peers.Raw;

/// <summary>Sends a stanza for each that comes back.</summary>
internal sealed class RawCaller(RawStream stream, string callee) : EchoCaller
{
    private long _sent;

    public override long? SentStanzas => _sent;

    public override async Task<RunResult> RunAsync(Case @case, double seconds, RoundTrips trips)
    {
        if (@case.Kind is not CaseKind.Calls || @case.Yields)
            throw new NotSupportedException("The raw echo has nothing but calls, and no implementation that could yield.");
        var stanzas = RawContestant.Stanzas(callee, @case.Bytes, @case.InFlight);
        var (start, calls) = (Stopwatch.GetTimestamp(), 0L);
        var (end, last) = (start + (long)(seconds * Stopwatch.Frequency), start);
        _sent += @case.InFlight;
        await new RawExchange(stream).RunAsync(@case.InFlight, () => stanzas, received =>
        {
            var now = Stopwatch.GetTimestamp();
            calls += received;
            if (@case.InFlight == 1)
                trips.Add(now - last);
            last = now;
            var more = now < end ? received : 0;
            _sent += more;
            return more;
        });
        return new(calls, Stopwatch.GetElapsedTime(start).TotalSeconds, trips.Percentile(0.5), trips.Percentile(0.99));
    }

    public override Task HoldAsync(Case @case) => throw new NotSupportedException("The raw echo cannot wait.");

    public override ValueTask DisposeAsync() => stream.DisposeAsync();

    protected override Task<string> EchoAsync(string text) => throw new NotSupportedException();

    protected override Task<string> EchoLaterAsync(string text) => throw new NotSupportedException();

    protected override Task<string> HoldAsync(string text) => throw new NotSupportedException();

    protected override IAsyncEnumerable<string> ItemsAsync(int count) => throw new NotSupportedException();
}
