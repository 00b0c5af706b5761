using XmppRpc.Frames;

namespace XmppRpc.Client;

/// <summary>One request, no answer: it ends when it is written.</summary>
internal sealed class OneWayCall(PendingCalls calls, CallRequest request) : PendingCall(calls, request)
{
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _completion.Task;

    public override void OnWritten(OutgoingCall frame, Exception? failure)
    {
        if (failure is not null)
            base.OnWritten(frame, failure);
        else if (TrySettle())
            _completion.TrySetResult(true);
    }

    public override void Complete(CallBoundFrame last) => _completion.TrySetResult(true);

    public override void Fail(Exception error) => _completion.Fail(error);
}
