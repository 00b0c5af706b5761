using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Streams;

namespace XmppRpc.Server;

/// <summary>The stream of a caller as its implementation reads it, once. Ends as the caller's source does, or with the call.</summary>
internal sealed class UploadedItems<T>(IncomingStream stream, JsonTypeInfo<T> item, CancellationToken callCanceled) : IAsyncEnumerable<T>
{
    private int _taken;

    public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) => Interlocked.Exchange(ref _taken, 1) == 0
        ? EnumerateAsync(cancellationToken).GetAsyncEnumerator(CancellationToken.None)
        : throw new InvalidOperationException("The stream of a caller can be enumerated once. Keep the items if they are needed again.");

    private async ValueTask<bool> ReadAsync(List<T> items, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(items, item, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stream.Failure is RpcException)
        {
            // The call was cancelled because its stream broke: that is what there is to tell.
            ExceptionDispatchInfo.Throw(stream.Failure);
            return false;
        }
        catch (Exception e) when (e is not (RpcException or OperationCanceledException))
        {
            // Constructors and converters of the user's types run in there, and may throw what they like.
            throw new RpcException(RpcStatus.InvalidArgument, $"An item of the caller's stream cannot be read as {typeof(T).Name}.", e);
        }
    }

    private async IAsyncEnumerable<T> EnumerateAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var either = cancellationToken.CanBeCanceled && cancellationToken != callCanceled ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, callCanceled) : null;
        var token = either?.Token ?? callCanceled;
        var items = new List<T>();
        while (await ReadAsync(items, token).ConfigureAwait(false))
        {
            foreach (var next in items)
            {
                if (token.IsCancellationRequested)
                    throw stream.Failure ?? new OperationCanceledException(token);
                yield return next;
            }
            items.Clear();
        }
    }
}
