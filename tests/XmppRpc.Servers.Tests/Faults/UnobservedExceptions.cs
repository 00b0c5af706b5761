using System.Collections.Concurrent;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>Notes the exceptions of this library's tasks that nobody looked at.</summary>
internal sealed class UnobservedExceptions : IDisposable
{
    private readonly ConcurrentQueue<string> _seen = new();

    public UnobservedExceptions() => TaskScheduler.UnobservedTaskException += OnUnobserved;

    public void AssertNone()
    {
        // twice: the finalizers of the first round may let go of more
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
        Assert.True(_seen.IsEmpty, string.Join("\n\n", _seen));
    }

    public void Dispose() => TaskScheduler.UnobservedTaskException -= OnUnobserved;

    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs e)
    {
        var text = e.Exception.ToString();
        if (text.Contains("XmppRpc.", StringComparison.Ordinal))
            _seen.Enqueue(text);
    }
}
