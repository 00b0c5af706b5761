using System.Collections.Concurrent;

namespace XmppRpc.Servers.Peer;

/// <summary>
/// What implementations did, counted outside of the framework: one line for each start, each moment that is waited for, each end. Lines of another
/// process are taken in with <see cref="Take"/>. Gates are opened by the test.
/// </summary>
public sealed class Ledger
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _gates = new(StringComparer.Ordinal);
    private readonly List<(Func<bool> Condition, TaskCompletionSource Met)> _waiters = [];
    private readonly List<string> _lines = [];
    private readonly Lock _lock = new();

    /// <summary>Gets each line, before what it tells goes on.</summary>
    public Action<string> Sink { get; init; } = static _ => { };

    /// <summary>All lines, in their order.</summary>
    public string[] Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public void Started(string key) => Take($"started {key} {RpcContext.Current?.CallId}");

    public void Reached(string key) => Take($"reached {key}");

    public void Ended(string key, string how) => Take($"ended {key} {how}");

    public int Starts(string key) => Lines.Count(line => line.StartsWith($"started {key} ", StringComparison.Ordinal));

    /// <summary>How the implementation of that call ended, or null.</summary>
    public string? End(string key) => Array.Find(Lines, line => line.StartsWith($"ended {key} ", StringComparison.Ordinal))?[$"ended {key} ".Length..];

    /// <summary>The id of that call.</summary>
    public string CallId(string key) => Lines.First(line => line.StartsWith($"started {key} ", StringComparison.Ordinal)).Split(' ')[2];

    /// <summary>Completes when such a line is there.</summary>
    public async Task UntilAsync(string beginning, TimeSpan guard)
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bool Condition() => _lines.Exists(line => line.StartsWith(beginning, StringComparison.Ordinal));
        lock (_lock)
        {
            if (Condition())
                return;
            _waiters.Add((Condition, met));
        }
        try
        {
            await met.Task.WaitAsync(guard).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"There was no line '{beginning}…' within {guard.TotalSeconds} s.", e);
        }
    }

    public void Take(string line)
    {
        Sink(line);
        lock (_lock)
        {
            _lines.Add(line);
            foreach (var waiter in _waiters.Where(waiter => waiter.Condition()).ToArray())
            {
                _waiters.Remove(waiter);
                waiter.Met.TrySetResult();
            }
        }
    }

    public void Open(string key) => Gate(key).TrySetResult();

    public Task WaitAsync(string key, CancellationToken ct) => Gate(key).Task.WaitAsync(ct);

    private TaskCompletionSource Gate(string key) => _gates.GetOrAdd(key, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
