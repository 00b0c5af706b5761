namespace XmppRpc.Generators.Model;

/// <summary>The shape of a method; the names are those of the runtime's <c>RpcMethodKind</c>.</summary>
internal enum MethodKind
{
    Unary,
    OneWay,
    Stream,
    Deferred,
}

/// <summary>One method of a contract.</summary>
/// <param name="Name">Its C# name, not escaped.</param>
/// <param name="DeclaredBy">The interface that declares it, fully qualified.</param>
/// <param name="IsValueTask">It returns a <c>ValueTask</c> where the invoker has a <c>Task</c>.</param>
/// <param name="ReturnType">As it is declared, fully qualified.</param>
/// <param name="ResultType">What the reply holds or the stream's items are; null for nothing.</param>
/// <param name="WireContract">The contract it belongs to on the wire.</param>
/// <param name="TimeoutSeconds">Null takes the endpoint's.</param>
/// <param name="Restrictions">What contracts that inherit the method demand of a caller besides <paramref name="Access"/>.</param>
/// <param name="Faults">Its own and its contract's, in the order of their codes.</param>
internal sealed record MethodModel(
    string Name,
    string DeclaredBy,
    MethodKind Kind,
    bool IsValueTask,
    string ReturnType,
    string? ResultType,
    string WireContract,
    int WireVersion,
    string WireName,
    EquatableArray<ParameterModel> Parameters,
    double? TimeoutSeconds,
    bool IsIdempotent,
    EquatableArray<StreamSetting>? Stream,
    AccessModel? Access,
    EquatableArray<AccessModel> Restrictions,
    EquatableArray<FaultModel> Faults);

/// <summary>One value of <c>[RpcStream]</c> that the contract sets.</summary>
internal sealed record StreamSetting(string Name, int Value);

/// <summary>A decision on who may call: anyone, or those for whom all holds that is said.</summary>
internal sealed record AccessModel(bool AllowsAnyone, string? Domains, string? RosterGroups, string? Policy);

/// <summary>A fault that a method may answer with.</summary>
/// <param name="Detail">The type of its detail, fully qualified.</param>
internal sealed record FaultModel(string Code, string Detail);
