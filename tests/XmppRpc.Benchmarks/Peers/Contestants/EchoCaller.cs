using System.Diagnostics;
using XmppRpc.Benchmarks.Peers.Cases;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>Asks as fast as answers come. Disposing closes its connection.</summary>
internal abstract class EchoCaller : IAsyncDisposable
{
    /// <summary>Stanzas with calls sent so far; null where there are no stanzas.</summary>
    public virtual long? SentStanzas => null;

    protected abstract Task<string> EchoAsync(string text);

    protected abstract Task<string> EchoLaterAsync(string text);

    protected abstract Task<string> HoldAsync(string text);

    protected abstract IAsyncEnumerable<string> ItemsAsync(int count);

    /// <summary>Runs a case: calls for so many seconds, or a stream to its end.</summary>
    public virtual async Task<RunResult> RunAsync(Case @case, double seconds, RoundTrips trips)
    {
        if (@case.Kind is CaseKind.Stream)
            return await StreamAsync(@case.Count);
        var text = new string('x', @case.Bytes);
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(seconds * Stopwatch.Frequency);
        var workers = await Task.WhenAll(Enumerable.Range(0, @case.InFlight).Select(_ => WorkAsync(@case, text, end, @case.InFlight == 1 ? trips : null)));
        return new(workers.Sum(), Stopwatch.GetElapsedTime(start).TotalSeconds, trips.Percentile(0.5), trips.Percentile(0.99));
    }

    /// <summary>Begins calls that are held.</summary>
    public virtual Task HoldAsync(Case @case)
    {
        var text = new string('x', @case.Bytes);
        var calls = new Task[@case.Count];
        for (var i = 0; i < calls.Length; i++)
            calls[i] = HoldAsync(text);
        return Task.WhenAll(calls);
    }

    public abstract ValueTask DisposeAsync();

    private async Task<long> WorkAsync(Case @case, string text, long end, RoundTrips? trips)
    {
        var calls = 0L;
        for (var begun = Stopwatch.GetTimestamp(); begun < end; calls++)
        {
            var answer = await (@case.Yields ? EchoLaterAsync(text) : EchoAsync(text));
            if (answer.Length != text.Length)
                throw new InvalidOperationException($"The echo of {text.Length} characters had {answer.Length}.");
            var now = Stopwatch.GetTimestamp();
            trips?.Add(now - begun);
            begun = now;
        }
        return calls;
    }

    private async Task<RunResult> StreamAsync(int count)
    {
        var start = Stopwatch.GetTimestamp();
        var items = 0;
        await foreach (var _ in ItemsAsync(count))
            items++;
        return items == count
            ? new(items, Stopwatch.GetElapsedTime(start).TotalSeconds, null, null)
            : throw new InvalidOperationException($"Of {count} items {items} came.");
    }
}
