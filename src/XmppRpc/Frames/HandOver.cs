namespace XmppRpc.Frames;

/// <summary>A call to start, or one to complete: it runs user code until that first waits.</summary>
internal interface IHandedOver
{
    /// <summary>Never throws.</summary>
    void Run();
}

/// <summary>
/// What one received stanza brought, handed to the thread pool as one work item under one hold. If an item blocks, so that the hold grows old,
/// another worker takes the rest: one slow call does not keep its neighbours.
/// </summary>
internal sealed class HandOver(FrameBatcher batcher, TimeProvider time, TimeSpan patience) : IThreadPoolWorkItem
{
    private readonly List<IHandedOver> _items = [];
    private ITimer? _watch;
    private int _next;
    private int _done;

    public void Add(IHandedOver item) => _items.Add(item);

    /// <summary>Queues the work; nothing may be added afterwards.</summary>
    public void Start()
    {
        if (_items.Count == 0)
            return;
        batcher.Hold();
        if (_items.Count > 1)
            _watch = time.CreateTimer(static work => ((HandOver)work!).OnWatch(), this, patience, patience);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (int index; (index = Interlocked.Increment(ref _next) - 1) < _items.Count;)
        {
            _items[index].Run();
            if (Interlocked.Increment(ref _done) == _items.Count)
            {
                _watch?.Dispose();
                batcher.Release();
            }
        }
    }

    private void OnWatch()
    {
        if (Volatile.Read(ref _next) < _items.Count)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
