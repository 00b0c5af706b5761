using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Emitting;

/// <summary>Writes the class with the contract as data: its JSON, a field for each method, the whole.</summary>
internal static class DataEmitter
{
    public static void Emit(SourceWriter writer, ContractModel model, ContractNames names)
    {
        writer.Open($"file static class {names.Rpc}");
        writer.Line($"internal static readonly {RuntimeTypes.Json} Json = new {RuntimeTypes.Json}({(model.JsonContext is null ? "null" : model.JsonContext + ".Default")}){Enums(model)};");
        writer.Line();
        for (var i = 0; i < model.Methods.Count; i++)
            writer.Line($"internal static readonly {RuntimeTypes.MethodInfo} {names.Field(i)} = {Method(model.Methods[i])};");
        if (model.Methods.Count > 0)
            writer.Line();
        var methods = string.Join(", ", Enumerable.Range(0, model.Methods.Count).Select(names.Field));
        var types = string.Join(", ", model.JsonTypes.Select(type => $"typeof({type})"));
        writer.Line($"internal static readonly {RuntimeTypes.ContractInfo} Info = new {RuntimeTypes.ContractInfo}({CSharp.Text(model.WireName)}, {model.Version}, Json,");
        writer.Line($"    {Array(RuntimeTypes.MethodInfo, methods)},");
        writer.Line($"    {Array("global::System.Type", types)});");
        writer.Close();
    }

    private static string Enums(ContractModel model) => string.Concat(model.Enums.Select(type => $".{KnownNames.RpcJson.WithEnum}<{type}>()"));

    private static string Array(string type, string items) => items.Length == 0 ? $"new {type}[0]" : $"new {type}[] {{ {items} }}";

    private static string Method(MethodModel method)
    {
        var settings = string.Join(", ", Settings(method));
        return $"new {RuntimeTypes.MethodInfo}({CSharp.Text(method.WireContract)}, {method.WireVersion}, {CSharp.Text(method.WireName)}, {RuntimeTypes.MethodKind}.{Kind(method.Kind)})"
            + (settings.Length == 0 ? "" : $" {{ {settings} }}");
    }

    private static IEnumerable<string> Settings(MethodModel method)
    {
        if (method.TimeoutSeconds is { } seconds)
            yield return $"{KnownNames.RpcMethodInfo.Timeout} = global::System.TimeSpan.FromSeconds({CSharp.Number(seconds)})";
        if (method.IsIdempotent)
            yield return $"{KnownNames.RpcMethodInfo.Idempotent} = true";
        if (method.Stream is { } stream)
            yield return $"{KnownNames.RpcMethodInfo.Stream} = new {RuntimeTypes.Stream} {{ {string.Join(", ", stream.Select(setting => $"{setting.Name} = {setting.Value}"))} }}";
        if (method.Parameters.Any(parameter => parameter.Kind == ParameterKind.Upload))
            yield return $"{KnownNames.RpcMethodInfo.HasUpload} = true";
        if (method.Faults.Count > 0)
            yield return $"{KnownNames.RpcMethodInfo.Faults} = {Array(RuntimeTypes.FaultInfo, string.Join(", ", method.Faults.Select(Fault)))}";
        if (method.Access is { AllowsAnyone: true })
            yield return $"{KnownNames.RpcMethodInfo.AllowAnyone} = true";
        if (method.Access is { AllowsAnyone: false } access)
            yield return $"{KnownNames.RpcMethodInfo.Authorize} = {Authorize(access)}";
        if (method.Restrictions.Count > 0)
            yield return $"{KnownNames.RpcMethodInfo.Restrictions} = {Array(RuntimeTypes.Authorize, string.Join(", ", method.Restrictions.Select(Authorize)))}";
    }

    private static string Fault(FaultModel fault) => $"new {RuntimeTypes.FaultOf(fault.Detail)}({CSharp.Text(fault.Code)}, Json)";

    private static string Authorize(AccessModel access)
    {
        var demands = string.Join(", ", Demands(access));
        return $"new {RuntimeTypes.Authorize}{(demands.Length == 0 ? "()" : $" {{ {demands} }}")}";
    }

    private static IEnumerable<string> Demands(AccessModel access)
    {
        if (access.Domains is { } domains)
            yield return $"{KnownNames.RpcAuthorizeAttribute.Domains} = {CSharp.Text(domains)}";
        if (access.RosterGroups is { } groups)
            yield return $"{KnownNames.RpcAuthorizeAttribute.RosterGroups} = {CSharp.Text(groups)}";
        if (access.Policy is { } policy)
            yield return $"{KnownNames.RpcAuthorizeAttribute.Policy} = {CSharp.Text(policy)}";
    }

    private static string Kind(MethodKind kind) => kind switch
    {
        MethodKind.OneWay => KnownNames.RpcMethodKind.OneWay,
        MethodKind.Stream => KnownNames.RpcMethodKind.Stream,
        MethodKind.Deferred => KnownNames.RpcMethodKind.Deferred,
        _ => KnownNames.RpcMethodKind.Unary,
    };
}
