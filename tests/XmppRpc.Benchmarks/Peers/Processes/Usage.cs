using System.Diagnostics;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>What a process has used so far, and what it holds now.</summary>
/// <param name="CpuMilliseconds">Time of the processor, in user and system mode.</param>
/// <param name="WorkingSet">Bytes of memory.</param>
/// <param name="Allocated">Bytes allocated; not of servers.</param>
/// <param name="Heap">Bytes that the collector left; only after <see cref="Verb.Settle"/>.</param>
/// <param name="Stanzas">Stanzas with calls or replies that were sent, where there are stanzas.</param>
/// <param name="Held">Calls that are held.</param>
internal sealed record Usage(double CpuMilliseconds, long WorkingSet, long Allocated = 0, long Heap = 0, long? Stanzas = null, int Held = 0)
{
    /// <summary>This process.</summary>
    public static Usage OfThis(bool settle, long? stanzas, int held = 0)
    {
        var heap = 0L;
        // Before the collection, which counts for nobody.
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        if (settle)
        {
            for (var i = 0; i < 2; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }
            heap = GC.GetTotalMemory(forceFullCollection: true);
        }
        return Of(Environment.ProcessId) with { Allocated = allocated, Heap = heap, Stanzas = stanzas, Held = held };
    }

    /// <summary>A process from outside.</summary>
    public static Usage Of(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return new(process.TotalProcessorTime.TotalMilliseconds, process.WorkingSet64);
    }
}
