namespace XmppRpc;

/// <summary>Makes a <c>partial interface</c> a contract: the generator adds its proxy and dispatcher.</summary>
/// <param name="name">The contract's name on the wire: <c>a-z 0-9 . -</c>, for example <c>acme.orders</c>.</param>
[AttributeUsage(AttributeTargets.Interface)]
public sealed class RpcContractAttribute(string name) : Attribute
{
    /// <summary>The contract's name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>The major version; peers with another one do not understand each other. Default 1.</summary>
    public int Version { get; init; } = 1;

    /// <summary>The <see cref="System.Text.Json.Serialization.JsonSerializerContext"/> with the contract's types. Null: reflection, where it is enabled.</summary>
    public Type? JsonContext { get; init; }

    /// <summary>The timeout of the contract's calls, in seconds; 0 takes the endpoint's default.</summary>
    public double TimeoutSeconds { get; init; }
}

/// <summary>Settings of one method of a contract.</summary>
/// <param name="wireName">The method's name on the wire; null: its C# name without <c>Async</c>, in camelCase.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RpcMethodAttribute(string? wireName = null) : Attribute
{
    /// <summary>The method's name on the wire, or null for the default.</summary>
    public string? WireName { get; } = wireName;

    /// <summary>No answer is sent: the task completes when the call was written.</summary>
    public bool OneWay { get; init; }

    /// <summary>The call may run more than once without harm.</summary>
    public bool Idempotent { get; init; }

    /// <summary>The timeout, in seconds; 0 takes the contract's, then the endpoint's.</summary>
    public double TimeoutSeconds { get; init; }
}

/// <summary>Settings of a method that returns a stream.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RpcStreamAttribute : Attribute
{
    /// <summary>Items that may be on the way or waiting at the consumer to begin with; <see cref="RpcEndpointOptions.MaxStreamWindow"/> bounds what that grows to. Default 256.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Bytes that may be on the way or waiting at the consumer to begin with; <see cref="RpcEndpointOptions.MaxStreamWindowBytes"/> bounds what that grows to. Default 256 KiB.</summary>
    public int WindowBytes { get; init; } = 256 * 1024;

    /// <summary>Most items in one frame. Default 32.</summary>
    public int MaxBatch { get; init; } = 32;

    /// <summary>Bytes at which a frame is full. Default 16 KiB.</summary>
    public int MaxBatchBytes { get; init; } = 16 * 1024;
}

/// <summary>
/// A fault that a method may answer with: its code, and the type of what it tells. The implementation throws <see cref="RpcFaultException{TDetail}"/>, the caller catches it.
/// On a contract it stands for all its methods.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Interface, AllowMultiple = true)]
public sealed class RpcFaultAttribute<TDetail>(string code) : Attribute
{
    /// <summary>The contract's word for it, 1 to 64 characters of <c>a-z 0-9 . -</c>.</summary>
    public string Code { get; } = code;
}

/// <summary>The parameter travels as a header of the call, not among its arguments; it is a <see cref="string"/>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class RpcHeaderAttribute(string name) : Attribute
{
    /// <summary>The header's name: 1 to 64 characters of <c>A-Z a-z 0-9 - _ .</c>.</summary>
    public string Name { get; } = name;
}

/// <summary>
/// Who may call. Without it and without <see cref="RpcAllowAnyoneAttribute"/> only callers of the endpoint's own domain may. All that is said must hold.
/// On the class of an implementation it narrows what the contract allows.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Interface | AttributeTargets.Class)]
public sealed class RpcAuthorizeAttribute : Attribute
{
    /// <summary>Domains whose accounts may call, separated by commas, compared whole; <c>.</c> stands for the endpoint's own.</summary>
    public string? Domains { get; init; }

    /// <summary>Groups of the endpoint's own roster, separated by commas, of which the caller must be in one (RFC 6121 §2).</summary>
    public string? RosterGroups { get; init; }

    /// <summary>A policy by its name in <see cref="RpcEndpointOptions.Policies"/>.</summary>
    public string? Policy { get; init; }
}

/// <summary>Anyone may call who can send the endpoint a message, of any domain.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Interface)]
public sealed class RpcAllowAnyoneAttribute : Attribute;
