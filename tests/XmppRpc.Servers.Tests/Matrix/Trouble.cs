using XmppRpc.Servers.Peer;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>What goes wrong while the calls of a scene are under way. Nothing is resumed but where a side hibernates.</summary>
public enum Trouble
{
    Nothing,
    ImplementationFails,
    CallerCancels,
    Timeout,
    CalleeIsKilled,
    CalleeRestarts,
    CallerIsKilled,
    CallerRestarts,
    CalleeHibernates,
    CallerHibernates,
    CutAtCallee,
    CutAtCaller,
    CutAtBoth,

    /// <summary>At both, and again while they come back.</summary>
    CutAgain,
    NobodyAtAddress,
    NobodyAtAccount,
}

/// <summary>How a side is connected.</summary>
public enum Side
{
    Account,
    Component,
}

/// <summary>How a call ended for its caller.</summary>
internal enum Ending
{
    /// <summary>With the result, or all items and the end.</summary>
    Result,

    /// <summary>With the fault of the implementation, and the items before it.</summary>
    Fault,

    /// <summary>With <see cref="OperationCanceledException"/>.</summary>
    Canceled,

    /// <summary>With <see cref="RpcTimeoutException"/>.</summary>
    TimedOut,

    /// <summary>With <see cref="RpcStreamInterruptedException"/>.</summary>
    Interrupted,

    /// <summary>With <see cref="RpcStatus.Unavailable"/> and <see cref="RpcOutcome.Unknown"/>.</summary>
    Lost,

    /// <summary>Because nobody is there, with <see cref="RpcOutcome.NotExecuted"/>.</summary>
    Refused,

    /// <summary>It does not: its process is gone.</summary>
    None,

    /// <summary>In any other way.</summary>
    Other,
}

/// <summary>What a cell is to come to.</summary>
/// <param name="Ending">How the call ends.</param>
/// <param name="Starts">How often the implementation started.</param>
/// <param name="Implementation">How it ended: <c>done</c>, or anything but that.</param>
internal sealed record Expectation(Ending Ending, int Starts, bool? Implementation);

/// <summary>The table: what becomes of a call of each shape in each trouble.</summary>
internal static class Expectations
{
    private static readonly Expectation Completes = new(Ending.Result, 1, true);

    public static Expectation Of(Trouble trouble, Shape shape) => (trouble, shape) switch
    {
        (Trouble.NobodyAtAddress or Trouble.NobodyAtAccount, _) => new(Ending.Refused, 0, null),
        // It ends when it is written; what becomes of it nobody is told. Here it has always started before the trouble.
        (Trouble.ImplementationFails or Trouble.Timeout, Shape.OneWay) => new(Ending.Result, 1, false),
        (Trouble.CalleeIsKilled or Trouble.CalleeRestarts or Trouble.CallerCancels, Shape.OneWay) => new(Ending.Result, 1, null),
        (Trouble.ImplementationFails, _) => new(Ending.Fault, 1, false),
        (Trouble.CallerCancels, _) => new(Ending.Canceled, 1, false),
        // A stream has no deadline of its own, only its first sign of life has: these two give none.
        (Trouble.Timeout, Shape.Download or Shape.Duplex) => new(Ending.TimedOut, 0, null),
        (Trouble.Timeout, _) => new(Ending.TimedOut, 1, false),
        (Trouble.CalleeIsKilled or Trouble.CalleeRestarts, Shape.Download or Shape.Duplex) => new(Ending.Interrupted, 1, null),
        (Trouble.CalleeIsKilled or Trouble.CalleeRestarts, _) => new(Ending.Lost, 1, null),
        (Trouble.CallerIsKilled or Trouble.CallerRestarts, _) => new(Ending.None, 1, false),
        _ => Completes,
    };
}
