using System.Text.Json;
using XmppRpc.Xmpp;

namespace XmppRpc;

/// <summary>
/// The outcome of a call that did not succeed. Thrown to callers; thrown by an implementation it is carried to the caller with its status, code and message.
/// Any other exception of an implementation arrives as <see cref="RpcStatus.Internal"/> without its text.
/// </summary>
public class RpcException : Exception
{
    /// <summary>A failure with a status and a message for people.</summary>
    public RpcException(RpcStatus status, string message, Exception? innerException = null) : base(message, innerException) => Status = status;

    /// <summary>How the call failed.</summary>
    public RpcStatus Status { get; }

    /// <summary>The contract's own word for it, or one of the protocol's, such as <c>unknown-method</c>; or null.</summary>
    public string? Code { get; init; }

    /// <summary>Details as the peer sent them, or null.</summary>
    public JsonElement? Detail { get; init; }

    /// <summary>Whom the call was for: the peer, or the target while no peer was known. Null in an exception that an implementation throws as its own word.</summary>
    public Jid? Remote { get; init; }

    /// <summary>The call, or null when it had no id yet.</summary>
    public RpcCallId? CallId { get; init; }

    /// <summary>Whether the implementation ran.</summary>
    public RpcOutcome Outcome { get; init; }

    /// <summary>When the peer takes the same call again, counted from its answer; or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same call may succeed later without anything being changed.</summary>
    public bool IsTransient => Status is RpcStatus.Unavailable or RpcStatus.Unreachable or RpcStatus.ResourceExhausted or RpcStatus.Aborted;
}

/// <summary>A fault that the contract declares, with its detail: thrown by the implementation, and so to the caller.</summary>
public sealed class RpcFaultException<TDetail> : RpcException
{
    /// <summary>A fault with a code that the method or its contract declares for this type.</summary>
    public RpcFaultException(string code, TDetail detail, string? message = null) : base(RpcStatus.Fault, message ?? $"The call failed with {code}.")
    {
        ArgumentException.ThrowIfNullOrEmpty(code);
        Code = code;
        FaultDetail = detail;
    }

    /// <summary>What the fault tells.</summary>
    public TDetail FaultDetail { get; }
}

/// <summary>No answer came by the deadline. <see cref="RpcException.Outcome"/> is <see cref="RpcOutcome.Unknown"/>, or <see cref="RpcOutcome.NotExecuted"/> if the call never left.</summary>
public sealed class RpcTimeoutException(string message) : RpcException(RpcStatus.DeadlineExceeded, message);

/// <summary>A stream broke before its end. Items up to <see cref="LastSequence"/> were delivered.</summary>
public sealed class RpcStreamInterruptedException(string message, long lastSequence, RpcStatus status = RpcStatus.Unavailable) : RpcException(status, message)
{
    /// <summary>The number of the last item delivered, from 1; 0 if none was.</summary>
    public long LastSequence { get; } = lastSequence;
}

/// <summary>A contract cannot be served or called as it stands; the message lists all that is missing and what to add.</summary>
public sealed class RpcContractException(string message) : InvalidOperationException(message);
