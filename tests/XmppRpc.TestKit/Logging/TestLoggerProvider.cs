using Microsoft.Extensions.Logging;
using Xunit;

namespace XmppRpc.TestKit.Logging;

/// <summary>One log entry, as text.</summary>
/// <param name="Category">The logger's name.</param>
/// <param name="Level">How grave it is.</param>
/// <param name="Id">The event's number and name.</param>
/// <param name="Message">The formatted message.</param>
/// <param name="Values">The values behind the message's placeholders.</param>
/// <param name="Exception">The exception that was logged with it.</param>
public sealed record LogEntry(string Category, LogLevel Level, EventId Id, string Message, IReadOnlyList<KeyValuePair<string, object?>> Values, Exception? Exception)
{
    /// <summary>Whether the text appears in anything a log sink could write.</summary>
    public bool Mentions(string text) =>
        Message.Contains(text, StringComparison.Ordinal)
        || Values.Any(value => value.Value?.ToString()?.Contains(text, StringComparison.Ordinal) is true)
        || Exception?.ToString().Contains(text, StringComparison.Ordinal) is true;
}

/// <summary>Keeps every log entry of every level for assertions. Safe for use from any thread.</summary>
public sealed class TestLoggerProvider : ILoggerProvider, ILoggerFactory
{
    private readonly Lock gate = new();
    private readonly List<LogEntry> entries = [];
    private readonly List<(Func<LogEntry, bool> Predicate, TaskCompletionSource<LogEntry> Found)> waiters = [];

    /// <summary>The entries so far, oldest first.</summary>
    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (gate)
                return [.. entries];
        }
    }

    /// <summary>The first entry, past or to come, that meets the condition.</summary>
    public Task<LogEntry> WaitForAsync(Func<LogEntry, bool> predicate, CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (entries.Find(entry => predicate(entry)) is { } entry)
                return Task.FromResult(entry);
            var found = new TaskCompletionSource<LogEntry>(TaskCreationOptions.RunContinuationsAsynchronously);
            waiters.Add((predicate, found));
            return found.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Fails when an entry is an error, or mentions one of the secrets that the test planted.</summary>
    public void AssertClean(params IEnumerable<string> secrets)
    {
        var bad = Entries.Where(entry => entry.Level >= LogLevel.Error || secrets.Any(entry.Mentions)).ToArray();
        Assert.True(bad.Length == 0, "The log holds errors or planted secrets:\n" + string.Join('\n', bad.Select(entry => $"{entry.Level} {entry.Category}: {entry.Message} {entry.Exception}")));
    }

    /// <inheritdoc cref="ILoggerProvider.CreateLogger"/>
    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    void ILoggerFactory.AddProvider(ILoggerProvider provider) => throw new NotSupportedException("This logger factory is its own only provider.");

    /// <summary>Does nothing; the entries stay readable.</summary>
    public void Dispose()
    {
    }

    private void Add(LogEntry entry)
    {
        lock (gate)
        {
            entries.Add(entry);
            foreach (var waiter in waiters.Where(waiter => waiter.Predicate(entry)).ToArray())
            {
                waiters.Remove(waiter);
                waiter.Found.TrySetResult(entry);
            }
        }
    }

    private sealed class Logger(TestLoggerProvider provider, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel is not LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            provider.Add(new LogEntry(category, logLevel, eventId, formatter(state, exception), state is IEnumerable<KeyValuePair<string, object?>> values ? [.. values] : [], exception));
    }
}
