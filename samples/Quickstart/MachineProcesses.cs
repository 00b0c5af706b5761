using System.ComponentModel;
using System.Diagnostics;

namespace Quickstart;

/// <summary>How busy the processes are that this one may look at.</summary>
internal static class MachineProcesses
{
    /// <summary>Processor time so far, by process id.</summary>
    public static Dictionary<int, TimeSpan> ProcessorTimes() =>
        Select((process, time) => (process.Id, time)).ToDictionary(entry => entry.Id, entry => entry.time);

    /// <summary>Those that took the most processor time since then.</summary>
    public static ProcessEntry[] Busiest(Dictionary<int, TimeSpan> before, TimeSpan elapsed, int top) =>
    [
        .. Select((process, time) => new ProcessEntry(process.Id, process.ProcessName, Percent(time - before.GetValueOrDefault(process.Id, time), elapsed), process.WorkingSet64))
            .OrderByDescending(entry => entry.ProcessorPercent).ThenByDescending(entry => entry.WorkingSet).Take(top),
    ];

    private static double Percent(TimeSpan time, TimeSpan elapsed) => Math.Round(100 * (time / elapsed), 1);

    private static List<T> Select<T>(Func<Process, TimeSpan, T> select)
    {
        var selected = new List<T>();
        foreach (var process in Process.GetProcesses())
            using (process)
                try
                {
                    selected.Add(select(process, process.TotalProcessorTime));
                }
                catch (Exception e) when (e is InvalidOperationException or Win32Exception or NotSupportedException)
                {
                    // It has just ended, or belongs to somebody else.
                }
        return selected;
    }
}
