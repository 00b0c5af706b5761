using System.Text.Json.Serialization;
using XmppRpc;

namespace Quickstart;

/// <summary>What a machine can be asked, by accounts of its own domain.</summary>
[RpcContract("quickstart.machine", JsonContext = typeof(MachineJson))]
[RpcAuthorize]
public partial interface IMachine
{
    /// <summary>Asked and answered.</summary>
    Task<MachineStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>The busiest processes. It takes a while to measure, so the answer comes later.</summary>
    Task<Deferred<ProcessEntry[]>> ListProcessesAsync(int top = 5, int seconds = 2, CancellationToken cancellationToken = default);

    /// <summary>Lines as they are appended to the machine's log, those that match the regular expression, until the caller has enough.</summary>
    IAsyncEnumerable<LogLine> FollowLogAsync(string pattern, CancellationToken cancellationToken = default);
}

public sealed record MachineStatus(string HostName, string OperatingSystem, int Processors, double? Load, long MemoryUsed, long MemoryTotal, DateTimeOffset At);

public sealed record ProcessEntry(int Id, string Name, double ProcessorPercent, long WorkingSet);

public sealed record LogLine(long Number, string Text);

[JsonSerializable(typeof(MachineStatus))]
[JsonSerializable(typeof(ProcessEntry[]))]
[JsonSerializable(typeof(LogLine))]
public sealed partial class MachineJson : JsonSerializerContext;
