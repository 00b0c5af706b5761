using System.Runtime.CompilerServices;

namespace XmppRpc;

/// <summary>
/// Makes calls again that failed for a reason that may pass (<see cref="RpcException.IsTransient"/>), if that cannot make them run twice: they did not run (<see cref="RpcOutcome.NotExecuted"/>), or
/// their method is <see cref="RpcMethodAttribute.Idempotent"/>. Between attempts it waits, each time up to twice as long, with jitter, and at least as long as the callee asks (<see cref="RpcException.RetryAfter"/>).
/// All attempts together take no longer than the call's timeout: what it would not have time for fails at once. A stream is ordered again only before its first item; a call that
/// sends a stream is never made again.
/// </summary>
public sealed class RpcRetryInterceptor : RpcClientInterceptor
{
    /// <summary>Attempts in all. Default 3.</summary>
    public int MaxAttempts { get; init => field = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A call is made at least once."); } = 3;

    /// <summary>The longest wait before the second attempt; the wait is between half of it and all of it. Default 100 ms.</summary>
    public TimeSpan FirstDelay { get; init => field = Positive(value); } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait before any attempt, unless the callee asks for more. Default 5 s.</summary>
    public TimeSpan MaxDelay { get; init => field = Positive(value); } = TimeSpan.FromSeconds(5);

    /// <summary>Where time comes from. Default the system.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where jitter comes from. Default <see cref="Random.Shared"/>; another one must be safe for concurrent use.</summary>
    public Random Random { get; init; } = Random.Shared;

    /// <inheritdoc/>
    public override async ValueTask<T> CallAsync<T>(RpcClientCall call, Func<RpcClientCall, ValueTask<T>> next)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        var start = Time.GetTimestamp();
        var attempt = call;
        for (var number = 1; ; number++)
        {
            TimeSpan pause;
            try
            {
                return await next(attempt).ConfigureAwait(false);
            }
            catch (RpcException e) when (PauseBefore(number + 1, call, e, start) is { } wait)
            {
                pause = wait;
            }
            await Task.Delay(pause, Time, call.Cancellation).ConfigureAwait(false);
            attempt = Left(call, start);
        }
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<T> StreamAsync<T>(RpcClientCall call, Func<RpcClientCall, IAsyncEnumerable<T>> next)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(next);
        return EnumerateAsync(call, next, CancellationToken.None);
    }

    private async IAsyncEnumerable<T> EnumerateAsync<T>(RpcClientCall call, Func<RpcClientCall, IAsyncEnumerable<T>> next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var start = Time.GetTimestamp();
        var attempt = call;
        for (var number = 1; ; number++)
        {
            TimeSpan pause;
            var items = next(attempt).GetAsyncEnumerator(cancellationToken);
            await using (items.ConfigureAwait(false))
            {
                var (isItem, wait) = await FirstAsync(items, number, call, start).ConfigureAwait(false);
                if (wait is null)
                {
                    for (; isItem; isItem = await items.MoveNextAsync().ConfigureAwait(false))
                        yield return items.Current;
                    yield break;
                }
                pause = wait.Value;
            }
            using var token = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, cancellationToken);
            await Task.Delay(pause, Time, token.Token).ConfigureAwait(false);
            attempt = Left(call, start);
        }
    }

    private async ValueTask<(bool IsItem, TimeSpan? Pause)> FirstAsync<T>(IAsyncEnumerator<T> items, int number, RpcClientCall call, long start)
    {
        try
        {
            return (await items.MoveNextAsync().ConfigureAwait(false), null);
        }
        catch (RpcException e) when (PauseBefore(number + 1, call, e, start) is { } wait)
        {
            return (false, wait);
        }
    }

    /// <summary>How long to wait before another attempt, or null for none.</summary>
    private TimeSpan? PauseBefore(int number, RpcClientCall call, RpcException error, long start)
    {
        if (number > MaxAttempts || !error.IsTransient || call.Method.HasUpload || error.Outcome != RpcOutcome.NotExecuted && !call.Method.Idempotent)
            return null;
        var longest = Math.Min(MaxDelay.TotalMilliseconds, FirstDelay.TotalMilliseconds * Math.Pow(2, number - 2));
        var pause = TimeSpan.FromMilliseconds(longest * (0.5 + Random.NextDouble() / 2));
        if (error.RetryAfter is { } asked && asked > pause)
            pause = asked;
        return call.Options.Timeout is { } timeout && timeout != Timeout.InfiniteTimeSpan && Time.GetElapsedTime(start) + pause >= timeout ? null : pause;
    }

    private RpcClientCall Left(RpcClientCall call, long start)
    {
        if (call.Options.Timeout is not { } timeout || timeout == Timeout.InfiniteTimeSpan)
            return call;
        var left = timeout - Time.GetElapsedTime(start);
        // The clock may have jumped while it waited; then the attempt times out by itself.
        return call with { Options = call.Options with { Timeout = left > TimeSpan.Zero ? left : TimeSpan.FromMilliseconds(1) } };
    }

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }
}
