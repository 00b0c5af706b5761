using System.Globalization;
using System.Text;

namespace XmppRpc.TestKit.Faults;

/// <summary>A fault that happened.</summary>
/// <param name="Connection">The number of the connection, from 1.</param>
/// <param name="Direction">The direction that it happened in.</param>
/// <param name="Offset">The bytes that had reached the fault before.</param>
/// <param name="What">The fault, as it would be written in C#, or what the test did by hand.</param>
public sealed record TraceEntry(int Connection, Direction Direction, long Offset, string What)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"#{Connection} {(Direction is Direction.ToServer ? '>' : '<')} {Offset} {What}");
}

/// <summary>
/// What a proxy did. Its text holds the seed, the script of each connection in C#, and each fault with its offset, direction by direction:
/// with the same seed, scripts and bytes it is the same, and with them the run can be repeated.
/// </summary>
public sealed class Trace
{
    private readonly Lock _gate = new();
    private readonly int _seed;
    private readonly SortedDictionary<int, string> _scripts = [];
    private readonly List<TraceEntry> _entries = [];
    private readonly List<(Func<TraceEntry, bool> Condition, TaskCompletionSource<TraceEntry> Found)> _waiters = [];

    internal Trace(int seed) => _seed = seed;

    /// <summary>The faults so far, oldest first.</summary>
    public IReadOnlyList<TraceEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <summary>The first fault, past or to come, that meets the condition.</summary>
    public Task<TraceEntry> WaitForAsync(Func<TraceEntry, bool> condition, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_entries.Find(entry => condition(entry)) is { } entry)
                return Task.FromResult(entry);
            var found = new TaskCompletionSource<TraceEntry>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((condition, found));
            return found.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        lock (_gate)
        {
            var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"seed {_seed}\n");
            foreach (var (number, script) in _scripts)
            {
                text.Append(CultureInfo.InvariantCulture, $"#{number} {script}\n");
                // the two directions race; each for itself does not
                foreach (var entry in _entries.Where(entry => entry.Connection == number).OrderBy(entry => entry.Direction))
                    text.Append(CultureInfo.InvariantCulture, $"{entry}\n");
            }
            return text.ToString();
        }
    }

    internal void Begin(int connection, FaultScript script)
    {
        lock (_gate)
            _scripts.Add(connection, script.ToString());
    }

    internal void Add(TraceEntry entry)
    {
        lock (_gate)
        {
            _entries.Add(entry);
            foreach (var waiter in _waiters.Where(waiter => waiter.Condition(entry)).ToArray())
            {
                _waiters.Remove(waiter);
                waiter.Found.TrySetResult(entry);
            }
        }
    }
}
