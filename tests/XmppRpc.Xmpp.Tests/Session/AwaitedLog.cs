using Microsoft.Extensions.Logging;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>A log whose line with that event id can be awaited.</summary>
internal sealed class AwaitedLog(int eventId) : ILoggerFactory, ILogger
{
    private readonly TaskCompletionSource _seen = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the first such line; fails rather than hanging.</summary>
    public Task SeenAsync() => _seen.Task.WaitAsync(TimeSpan.FromSeconds(30));

    public ILogger CreateLogger(string categoryName) => this;
    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (id.Id == eventId)
            _seen.TrySetResult();
    }

    public void Dispose()
    {
    }
}
