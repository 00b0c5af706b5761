namespace XmppRpc.TestKit.Faults;

/// <summary>Holds whoever waits at it until the test opens it. It stays open.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets everybody pass, now and later.</summary>
    public void Open() => _opened.TrySetResult();

    internal Task WaitAsync(CancellationToken cancellationToken) => _opened.Task.WaitAsync(cancellationToken);
}
