using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using XmppRpc.Frames;

namespace XmppRpc.Client;

/// <summary>One request, answered at once or after an acknowledgement, later. The deadline and the token of the call end with the acknowledgement.</summary>
internal sealed class DeferredPendingCall<T>(PendingCalls calls, CallRequest request, JsonTypeInfo<T> result) : PendingCall(calls, request)
{
    private readonly TaskCompletionSource<Deferred<T>> _taken = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ImmutableArray<Channel<RpcProgress>> _watchers = [];

    public Task<Deferred<T>> Taken => _taken.Task;

    public override void Note(CallBoundFrame frame)
    {
        // The answer may come from another thread meanwhile, and ends the watching.
        if (frame is ProgressFrame { Progress: { } progress } && _watchers is { IsDefault: false } watchers)
            foreach (var watcher in watchers)
                watcher.Writer.TryWrite(progress with { Text = PlainText.Of(progress.Text) });
        if (frame is not AckFrame { IsDeferred: true } || _taken.Task.IsCompleted)
            return;
        Calls.Disarm(this);
        _taken.TrySetResult(Handle());
    }

    public override void Complete(CallBoundFrame last)
    {
        try
        {
            _answer.TrySetResult(Replies.Result(this, last, result));
            _taken.TrySetResult(Handle());
        }
        catch (Exception e)
        {
            SetException(e);
        }
        EndProgress();
    }

    public override void Fail(Exception error)
    {
        if (error is OperationCanceledException canceled)
            _taken.TrySetCanceled(canceled.CancellationToken);
        SetException(error);
        EndProgress();
    }

    private Deferred<T> Handle() => new(new Hold(this), _answer.Task);

    // Who waits for the acknowledgement sees the failure there; the answer is nobody's then, so its exception must not count as unobserved.
    private void SetException(Exception error)
    {
        _taken.TrySetException(error);
        _answer.TrySetException(error);
        _ = _answer.Task.Exception;
    }

    private void EndProgress()
    {
        foreach (var watcher in ImmutableInterlocked.InterlockedExchange(ref _watchers, default) is { IsDefault: false } watchers ? watchers : [])
            watcher.Writer.TryComplete();
    }

    private sealed class Hold(DeferredPendingCall<T> call) : DeferredCall
    {
        internal override RpcCallId? Id => call.Id.ToCallId();

        internal override Task CancelAsync(CancellationToken cancellationToken)
        {
            if (!call.IsSettled)
                call.Calls.SendCancel(call);
            return Task.CompletedTask;
        }

        internal override async IAsyncEnumerable<RpcProgress> ProgressAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var channel = Channel.CreateBounded<RpcProgress>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
            ImmutableInterlocked.Update(ref call._watchers, static (watchers, added) => watchers.IsDefault ? watchers : watchers.Add(added), channel);
            if (call._watchers.IsDefault)
                yield break;
            try
            {
                await foreach (var progress in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                    yield return progress;
            }
            finally
            {
                ImmutableInterlocked.Update(ref call._watchers, static (watchers, removed) => watchers.IsDefault ? watchers : watchers.Remove(removed), channel);
            }
        }
    }
}
