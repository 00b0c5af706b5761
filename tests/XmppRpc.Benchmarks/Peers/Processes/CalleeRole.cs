using XmppRpc.Benchmarks.Peers.Contestants;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>The process that is called.</summary>
internal sealed class CalleeRole(Contestant contestant) : ChildRole
{
    private readonly Echo _echo = new();
    private EchoCallee? _callee;

    public override ValueTask DisposeAsync() => _callee?.DisposeAsync() ?? ValueTask.CompletedTask;

    protected override async Task<Report> AnswerAsync(Order order)
    {
        switch (order.Verb)
        {
            case Verb.Start:
                _callee = await contestant.ServeAsync(order.Address, _echo);
                return new() { Addresses = new Dictionary<string, string>(StringComparer.Ordinal) { [contestant.CalleeAccount] = _callee.Address } };
            case Verb.Prepare:
                _callee?.Prepare(order.Case!);
                return new();
            case Verb.Release:
                _echo.Release();
                return new();
            default:
                return new() { Usage = Usage.OfThis(order.Verb is Verb.Settle, _callee?.SentStanzas, _echo.Held) };
        }
    }
}
