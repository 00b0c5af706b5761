using System.Text.Json;
using XmppRpc.Serialization;
using XmppRpc.Xmpp;

namespace XmppRpc.Contracts;

/// <summary>A fault that a method declares with <see cref="RpcFaultAttribute{TDetail}"/>, as data.</summary>
public abstract class RpcFaultInfo
{
    private protected RpcFaultInfo(string code, Type detail) => (Code, Detail) = (code, detail);

    /// <summary>The contract's word for it.</summary>
    public string Code { get; }

    /// <summary>The type of its detail.</summary>
    public Type Detail { get; }

    /// <summary>The detail as JSON; null if the exception is not of this fault.</summary>
    internal abstract byte[]? Write(RpcException fault);

    /// <summary>The exception that a received fault stands for; null if its detail cannot be read.</summary>
    internal abstract RpcException? Read(FaultReport report);
}

/// <summary>What a received fault says.</summary>
internal sealed record FaultReport(string Message, ReadOnlyMemory<byte> Detail, Jid? Remote, RpcCallId? CallId, RpcOutcome Outcome, TimeSpan? RetryAfter);

/// <summary>A declared fault with its detail's type.</summary>
public sealed class RpcFaultInfo<TDetail>(string code, RpcJson json) : RpcFaultInfo(code, typeof(TDetail))
{
    internal override byte[]? Write(RpcException fault)
    {
        if (fault is not RpcFaultException<TDetail> typed || !string.Equals(typed.Code, Code, StringComparison.Ordinal))
            return null;
        var payload = new PayloadWriter();
        JsonSerializer.Serialize(payload.Json, typed.FaultDetail, json.TypeInfo<TDetail>());
        return payload.Finish();
    }

    internal override RpcException? Read(FaultReport report)
    {
        try
        {
            return JsonSerializer.Deserialize(report.Detail.Span, json.TypeInfo<TDetail>()) is { } detail
                ? new RpcFaultException<TDetail>(Code, detail, report.Message) { Remote = report.Remote, CallId = report.CallId, Outcome = report.Outcome, RetryAfter = report.RetryAfter }
                : null;
        }
        catch (Exception)
        {
            // Constructors and converters of the user's types run in here, and may throw what they like; the plain exception still has the detail as JSON.
            return null;
        }
    }
}
