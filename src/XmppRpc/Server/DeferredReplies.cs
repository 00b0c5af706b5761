using System.Collections.Concurrent;
using System.Text.Json;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Timing;

namespace XmppRpc.Server;

/// <summary>Calls whose answer was promised for later, by the token it is given under. In memory: they live as long as this endpoint and their caller.</summary>
internal sealed class DeferredReplies(int limit, DeadlineWheel wheel) : IRpcReplier
{
    private readonly ConcurrentDictionary<string, Ticket> _tickets = new(StringComparer.Ordinal);
    private int _count;

    public string Add(ActiveCall call, Type result, TimeSpan? expires)
    {
        if (Interlocked.Increment(ref _count) > limit)
        {
            Interlocked.Decrement(ref _count);
            throw new RpcException(RpcStatus.ResourceExhausted, $"{limit} calls wait for a deferred answer here. Try later.") { Code = FrameNames.Busy, Outcome = RpcOutcome.Executed };
        }
        if (!call.Budget.TryDefer())
        {
            Interlocked.Decrement(ref _count);
            throw new RpcException(RpcStatus.ResourceExhausted, "Too many calls of this caller wait for a deferred answer here. Try later.") { Code = FrameNames.Busy, Outcome = RpcOutcome.Executed };
        }
        var token = CallId.NewToken();
        var ticket = new Ticket(call, result, token);
        _tickets[token] = ticket;
        if (expires is { } span)
            wheel.Set(ticket.Deadline, span);
        return token;
    }

    /// <summary>True for the one who may answer the call.</summary>
    public bool Forget(string token) => Take(token) is not null;

    public ValueTask<bool> CompleteAsync<T>(DeferredToken<T> token, T result, CancellationToken cancellationToken = default)
    {
        if (Find<T>(token.Value) is not { } ticket)
            return new(false);
        var payload = new PayloadWriter();
        JsonSerializer.Serialize(payload.Json, result, ticket.Call.Served.Contract.Json.TypeInfo<T>());
        var bytes = payload.Finish();
        if (Take(token.Value) is null)
            return new(false);
        ticket.Call.Reply(bytes);
        return new(true);
    }

    public ValueTask<bool> FailAsync<T>(DeferredToken<T> token, RpcException error, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(error);
        if (Find<T>(token.Value) is not { } ticket || Take(token.Value) is null)
            return new(false);
        return new(ticket.Call.Fail(error));
    }

    public ValueTask<bool> ReportAsync<T>(DeferredToken<T> token, RpcProgress progress, CancellationToken cancellationToken = default)
    {
        if (Find<T>(token.Value) is not { } ticket)
            return new(false);
        ticket.Call.Report(progress);
        return new(true);
    }

    private Ticket? Find<T>(string? token)
    {
        if (token is null || !_tickets.TryGetValue(token, out var ticket))
            return null;
        return ticket.Result == typeof(T)
            ? ticket
            : throw new ArgumentException($"The token stands for an answer of type {ticket.Result.Name}, not {typeof(T).Name}.", nameof(token));
    }

    private Ticket? Take(string token)
    {
        if (!_tickets.TryRemove(token, out var ticket))
            return null;
        Interlocked.Decrement(ref _count);
        ticket.Call.Budget.EndDeferred();
        wheel.Clear(ticket.Deadline);
        return ticket;
    }

    private sealed class Ticket : IExpires
    {
        private readonly string _token;

        public Ticket(ActiveCall call, Type result, string token)
        {
            (Call, Result, _token) = (call, result, token);
            Deadline = new Deadline(this);
        }

        public ActiveCall Call { get; }

        public Type Result { get; }

        public Deadline Deadline { get; }

        void IExpires.Expire() => Call.Expired(_token);
    }
}
