using System.Globalization;

namespace Quickstart;

/// <summary>The machine's memory, in bytes: from Linux itself, elsewhere as the garbage collector knows it.</summary>
internal static class MachineMemory
{
    public static (long Used, long Total) Read()
    {
        if (File.Exists("/proc/meminfo"))
        {
            var kibibytes = File.ReadLines("/proc/meminfo").Select(line => line.Split([':', ' '], StringSplitOptions.RemoveEmptyEntries))
                .Where(parts => parts[0] is "MemTotal" or "MemAvailable").ToDictionary(parts => parts[0], parts => long.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal);
            return ((kibibytes["MemTotal"] - kibibytes["MemAvailable"]) << 10, kibibytes["MemTotal"] << 10);
        }
        var memory = GC.GetGCMemoryInfo(GCKind.Any);
        return (memory.MemoryLoadBytes, memory.TotalAvailableMemoryBytes);
    }
}
