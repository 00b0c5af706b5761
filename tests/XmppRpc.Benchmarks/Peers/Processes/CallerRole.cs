using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.Benchmarks.Peers.Contestants;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>The process that calls.</summary>
internal sealed class CallerRole(Contestant contestant) : ChildRole
{
    private readonly RoundTrips _trips = new();
    private EchoCaller? _caller;
    private Task _held = Task.CompletedTask;

    public override ValueTask DisposeAsync() => _caller?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task<Report> AnswerAsync(Order order)
    {
        switch (order.Verb)
        {
            case Verb.Start:
                _caller = await contestant.ConnectAsync(order.Address, order.Callee);
                return new();
            case Verb.Run:
                _trips.Clear();
                return new() { Result = await Caller.RunAsync(order.Case!, order.Seconds, _trips) };
            case Verb.Hold:
                _held = Caller.HoldAsync(order.Case!);
                return new();
            case Verb.Release:
                await _held;
                _held = Task.CompletedTask;
                return new();
            default:
                return new() { Usage = Usage.OfThis(order.Verb is Verb.Settle, Caller.SentStanzas) };
        }
    }

    private EchoCaller Caller => _caller ?? throw new InvalidOperationException("Not connected yet.");
}
