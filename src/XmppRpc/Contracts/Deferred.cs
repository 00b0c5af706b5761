using System.Runtime.CompilerServices;

namespace XmppRpc;

/// <summary>Where a deferred call stands, seen by its caller.</summary>
public enum DeferredState
{
    /// <summary>Taken; the answer comes later.</summary>
    Pending,
    /// <summary>Answered with a result.</summary>
    Completed,
    /// <summary>Answered with a fault, cancelled, or lost.</summary>
    Failed,
}

/// <summary>
/// An answer that may come later. A callee returns one: the value, when it is known at once, or a ticket of <see cref="Deferred.Later{T}"/>.
/// A caller gets one when its call was taken, and awaits it for the answer.
/// </summary>
public sealed class Deferred<T>
{
    private readonly DeferredCall? _call;
    private readonly Task<T>? _answer;

    internal Deferred(T value) => _answer = Task.FromResult(value);

    internal Deferred(DeferredTicket<T> ticket) => Ticket = ticket;

    internal Deferred(DeferredCall call, Task<T> answer) => (_call, _answer) = (call, answer);

    internal DeferredTicket<T>? Ticket { get; }

    /// <summary>The call's id; null on the callee's side.</summary>
    public RpcCallId? Id => _call?.Id;

    /// <summary>Where it stands.</summary>
    public DeferredState State => Answer switch
    {
        { IsCompletedSuccessfully: true } => DeferredState.Completed,
        { IsCompleted: true } => DeferredState.Failed,
        _ => DeferredState.Pending,
    };

    /// <summary>Awaits the answer. A fault, a cancellation or a loss throws <see cref="RpcException"/>.</summary>
    public TaskAwaiter<T> GetAwaiter() => Answer.GetAwaiter();

    /// <summary>The answer as a task.</summary>
    public Task<T> AsTask() => Answer;

    /// <summary>Awaits the answer; the token ends the waiting, not the call.</summary>
    public Task<T> WaitAsync(CancellationToken cancellationToken) => Answer.WaitAsync(cancellationToken);

    /// <summary>Asks the callee to give up. The answer then is what the callee says: a result that was on its way, or <see cref="RpcStatus.Canceled"/>.</summary>
    public Task CancelAsync(CancellationToken cancellationToken = default) => _call?.CancelAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Progress from now until the answer, the latest only if the reader is slower.</summary>
    public IAsyncEnumerable<RpcProgress> ProgressAsync(CancellationToken cancellationToken = default) => (_call ?? DeferredCall.Answered).ProgressAsync(cancellationToken);

    private Task<T> Answer => _answer ?? throw new InvalidOperationException("This is the callee's side of a deferred call: return the ticket, and complete its token through IRpcReplier.");

    /// <summary>An answer that is known at once.</summary>
    public static implicit operator Deferred<T>(T answeredNow) => new(answeredNow);

    /// <summary>An answer that comes later.</summary>
    public static implicit operator Deferred<T>(DeferredTicket<T> answeredLater) => new(answeredLater);
}

/// <summary>Makes deferred answers inside an implementation.</summary>
public static class Deferred
{
    /// <summary>A ticket for the call that is being served. From now on its token can be completed through <see cref="IRpcReplier"/>, also before the method has returned.</summary>
    /// <param name="expires">How long the answer may take, or null for as long as both sides live.</param>
    /// <exception cref="InvalidOperationException">No call is being served here, or it has a ticket already.</exception>
    /// <exception cref="OperationCanceledException">The call was cancelled meanwhile.</exception>
    public static DeferredTicket<T> Later<T>(TimeSpan? expires = null)
    {
        var context = RpcContext.Current ?? throw new InvalidOperationException("Deferred.Later can only be used while a method of a contract is running.");
        if (expires == Timeout.InfiniteTimeSpan)
            expires = null;
        if (expires < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(expires), expires, "The answer cannot have expired before it was promised.");
        return new DeferredTicket<T>(new DeferredToken<T>(context.Defer(typeof(T), expires)));
    }

    /// <summary>An answer that is known at once, for types that have no implicit conversion (interfaces).</summary>
    public static Deferred<T> Now<T>(T value) => new(value);
}

/// <summary>The callee's promise to answer later.</summary>
public sealed class DeferredTicket<T>
{
    internal DeferredTicket(DeferredToken<T> token) => Token = token;

    /// <summary>What the answer is given under.</summary>
    public DeferredToken<T> Token { get; }
}

/// <summary>Names a call that waits for its answer; a plain string that can be kept.</summary>
public readonly record struct DeferredToken<T>(string Value);

/// <summary>Answers deferred calls. False where the token is not waiting here: answered already, cancelled, expired, or its caller is gone.</summary>
public interface IRpcReplier
{
    /// <summary>Answers with a result.</summary>
    ValueTask<bool> CompleteAsync<T>(DeferredToken<T> token, T result, CancellationToken cancellationToken = default);

    /// <summary>Answers with a failure.</summary>
    ValueTask<bool> FailAsync<T>(DeferredToken<T> token, RpcException error, CancellationToken cancellationToken = default);

    /// <summary>Tells the caller how far the call is.</summary>
    ValueTask<bool> ReportAsync<T>(DeferredToken<T> token, RpcProgress progress, CancellationToken cancellationToken = default);
}

/// <summary>The caller's hold on a deferred call.</summary>
internal abstract class DeferredCall
{
    internal static readonly DeferredCall Answered = new AnsweredCall();

    internal abstract RpcCallId? Id { get; }

    internal abstract Task CancelAsync(CancellationToken cancellationToken);

    internal abstract IAsyncEnumerable<RpcProgress> ProgressAsync(CancellationToken cancellationToken);

    private sealed class AnsweredCall : DeferredCall
    {
        internal override RpcCallId? Id => null;

        internal override Task CancelAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        internal override IAsyncEnumerable<RpcProgress> ProgressAsync(CancellationToken cancellationToken) => AsyncEnumerable.Empty<RpcProgress>();
    }
}
