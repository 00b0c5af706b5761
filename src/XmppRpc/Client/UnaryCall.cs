using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;

namespace XmppRpc.Client;

/// <summary>One request, one reply.</summary>
internal sealed class UnaryCall<T>(PendingCalls calls, CallRequest request, JsonTypeInfo<T>? result) : PendingCall(calls, request)
{
    // Continuations run where the reply is worked off: on the pool, under the hold of the stanza that brought it.
    private readonly TaskCompletionSource<T> _completion = new();

    public Task<T> Task => _completion.Task;

    public override void Complete(CallBoundFrame last)
    {
        try
        {
            _completion.TrySetResult(Replies.Result(this, last, result));
        }
        catch (Exception e)
        {
            _completion.TrySetException(e);
        }
    }

    public override void Fail(Exception error) => _completion.Fail(error);
}
