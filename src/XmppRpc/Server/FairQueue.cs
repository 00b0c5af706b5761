namespace XmppRpc.Server;

/// <summary>Calls that wait for their turn: callers take turns, and within one caller the first comes first, so that one that floods waits behind itself. Guarded by its owner.</summary>
internal sealed class FairQueue
{
    private readonly Dictionary<CallerBudget, Queue<ActiveCall>> _byCaller = new();
    private readonly Queue<Queue<ActiveCall>> _turns = new();

    public int Count { get; private set; }

    public void Enqueue(ActiveCall call)
    {
        if (!_byCaller.TryGetValue(call.Budget, out var waiting))
        {
            _byCaller.Add(call.Budget, waiting = new());
            _turns.Enqueue(waiting);
        }
        waiting.Enqueue(call);
        Count++;
    }

    public ActiveCall? TryDequeue()
    {
        if (!_turns.TryDequeue(out var waiting))
            return null;
        var next = waiting.Dequeue();
        if (waiting.Count > 0)
            _turns.Enqueue(waiting);
        else
            _byCaller.Remove(next.Budget);
        Count--;
        return next;
    }
}
