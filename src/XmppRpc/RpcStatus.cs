namespace XmppRpc;

/// <summary>How a call failed. On the wire in kebab-case.</summary>
public enum RpcStatus
{
    /// <summary>The caller withdrew the call.</summary>
    Canceled,
    /// <summary>An argument is missing, of the wrong type, or refused by the implementation.</summary>
    InvalidArgument,
    /// <summary>What the call asks for does not exist.</summary>
    NotFound,
    /// <summary>What the call would create exists, or the call id was used for another call.</summary>
    AlreadyExists,
    /// <summary>The caller may not call this.</summary>
    PermissionDenied,
    /// <summary>The caller is not known well enough.</summary>
    Unauthenticated,
    /// <summary>A limit was reached, here or there; later may be better.</summary>
    ResourceExhausted,
    /// <summary>The system is not in the state the call needs.</summary>
    FailedPrecondition,
    /// <summary>The operation was broken off, for example by a conflict; it may be tried again as a whole.</summary>
    Aborted,
    /// <summary>The peer does not know the contract, its version or the method.</summary>
    Unimplemented,
    /// <summary>The implementation failed in a way it did not announce.</summary>
    Internal,
    /// <summary>Nobody is there to take the call, or the peer is gone.</summary>
    Unavailable,
    /// <summary>The peer's XMPP server cannot be reached.</summary>
    Unreachable,
    /// <summary>The deadline passed.</summary>
    DeadlineExceeded,
    /// <summary>The implementation said no, with a code of the contract.</summary>
    Fault,
}

/// <summary>What is known about the execution of a call that failed.</summary>
public enum RpcOutcome
{
    /// <summary>No proof either way: it may have run.</summary>
    Unknown,
    /// <summary>It did not run, and will not.</summary>
    NotExecuted,
    /// <summary>The implementation ran.</summary>
    Executed,
}
