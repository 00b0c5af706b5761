namespace XmppRpc.Contracts;

/// <summary>The shape of a method.</summary>
public enum RpcMethodKind
{
    /// <summary>One request, one reply.</summary>
    Unary,
    /// <summary>One request, no answer.</summary>
    OneWay,
    /// <summary>One request, any number of items.</summary>
    Stream,
    /// <summary>One request, answered at once or later.</summary>
    Deferred,
}

/// <summary>A method as data.</summary>
public sealed class RpcMethodInfo(string contract, int version, string name, RpcMethodKind kind)
{
    private static readonly RpcStreamAttribute DefaultStream = new();

    /// <summary>The contract that declares it, by its name on the wire.</summary>
    public string Contract { get; } = contract;

    /// <summary>The major version of that contract.</summary>
    public int Version { get; } = version;

    /// <summary>The method's name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>The shape.</summary>
    public RpcMethodKind Kind { get; } = kind;

    /// <summary><c>contract/method</c>, as in the frame's <c>m</c>.</summary>
    public string Path { get; } = contract + "/" + name;

    /// <summary>The timeout, or null for the endpoint's.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>It may run more than once without harm.</summary>
    public bool Idempotent { get; init; }

    /// <summary>Stream settings, of either direction; null unless the method has <c>[RpcStream]</c>.</summary>
    public RpcStreamAttribute? Stream { get; init; }

    /// <summary>The caller sends a stream.</summary>
    public bool HasUpload { get; init; }

    /// <summary>The faults it declares, those of its contract included.</summary>
    public IReadOnlyList<RpcFaultInfo> Faults { get; init; } = [];

    /// <summary>Who may call, or null for the endpoint's own domain only.</summary>
    public RpcAuthorizeAttribute? Authorize { get; init; }

    /// <summary>Whether anyone may call.</summary>
    public bool AllowAnyone { get; init; }

    /// <summary>What contracts that inherit the method demand besides: each has to let the caller in too. A contract narrows what it inherits, it never widens it.</summary>
    public IReadOnlyList<RpcAuthorizeAttribute> Restrictions { get; init; } = [];

    internal RpcStreamAttribute StreamSettings => Stream ?? DefaultStream;

    /// <inheritdoc/>
    public override string ToString() => $"{Path}:{Version}";
}
