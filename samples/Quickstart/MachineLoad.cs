using System.Globalization;

namespace Quickstart;

/// <summary>How much the machine has to do: from Linux itself, elsewhere as far as .NET knows.</summary>
internal static class MachineLoad
{
    /// <summary>Processes that ran or wanted to, on average over a minute; null where that is not known.</summary>
    public static double? Average() => File.Exists("/proc/loadavg")
        ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture)
        : null;

    /// <summary>Bytes.</summary>
    public static (long Used, long Total) Memory()
    {
        if (!File.Exists("/proc/meminfo"))
        {
            // The garbage collector looks at the machine's memory when it collects.
            if (GC.CollectionCount(0) == 0)
                GC.Collect(0);
            var memory = GC.GetGCMemoryInfo();
            return (memory.MemoryLoadBytes, memory.TotalAvailableMemoryBytes);
        }
        // Lines such as "MemTotal:       24680456 kB".
        var kibibytes = File.ReadLines("/proc/meminfo").Select(line => line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
            .Where(parts => parts[0] is "MemTotal" or "MemAvailable").ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
        return ((kibibytes["MemTotal"] - kibibytes["MemAvailable"]) << 10, kibibytes["MemTotal"] << 10);
    }
}
