using XmppRpc.Generators.Model;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Emitting;

/// <summary>Writes the caller's side: each method writes its arguments and calls.</summary>
internal static class ProxyEmitter
{
    public static void Emit(SourceWriter writer, ContractModel model, ContractNames names)
    {
        var taken = new HashSet<string>(model.Methods.SelectMany(method => method.Parameters).Select(parameter => parameter.Name), StringComparer.Ordinal);
        var rpc = CSharp.Free("rpc", taken);
        var args = CSharp.Free("args", taken);
        writer.Open($"file sealed class {names.Proxy}({RuntimeTypes.Invoker} {rpc}) : {model.Type}, {RuntimeTypes.Proxy}");
        writer.Line($"{RuntimeTypes.Invoker} {RuntimeTypes.Proxy}.{KnownNames.RpcProxy.Invoker} => {rpc};");
        for (var i = 0; i < model.Methods.Count; i++)
        {
            writer.Line();
            Method(writer, model.Methods[i], names, names.Info(i), rpc, args);
        }
        writer.Close();
    }

    private static void Method(SourceWriter writer, MethodModel method, ContractNames names, string info, string rpc, string args)
    {
        var parameters = string.Join(", ", method.Parameters.Select(parameter => $"{parameter.Type} {parameter.Name.Escaped()}"));
        writer.Open($"{method.ReturnType} {method.DeclaredBy}.{method.Name.Escaped()}({parameters})");
        writer.Line($"var {args} = {rpc}.{KnownNames.RpcInvoker.Begin}();");
        foreach (var parameter in method.Parameters.Where(parameter => parameter.Kind != ParameterKind.Cancellation))
            writer.Line(Statement(parameter, names, args));
        var call = $"{rpc}.{CallMethod(method.Kind)}({info}, {args}, {(method.ResultType is null ? "" : names.TypeInfo(method.ResultType) + ", ")}{Cancellation(method)})";
        writer.Line(method.IsValueTask ? $"return new {method.ReturnType}({call});" : $"return {call};");
        writer.Close();
    }

    private static string Statement(ParameterModel parameter, ContractNames names, string args)
    {
        var value = parameter.Name.Escaped();
        return parameter.Kind switch
        {
            ParameterKind.Options => $"{args}.{KnownNames.RpcArgumentWriter.Use}({value});",
            ParameterKind.Upload => $"{args}.{KnownNames.RpcArgumentWriter.WriteStream}({value}, {names.TypeInfo(parameter.ItemType!)});",
            ParameterKind.Progress => $"{args}.{KnownNames.RpcArgumentWriter.ReportTo}({value}, {names.TypeInfo(parameter.ItemType!)});",
            // Its default is written too: left out, a header of the same name that the proxy's options have would take its place.
            ParameterKind.Header => $"{args}.{KnownNames.RpcArgumentWriter.WriteHeader}({CSharp.Text(parameter.Header!)}, {value});",
            _ => $"{Condition(parameter)}{args}.{KnownNames.RpcArgumentWriter.Write}({CSharp.Utf8(parameter.Name)}, {value}{TypeInfo(parameter, names)});",
        };
    }

    // A default is left out: the callee has it too.
    private static string Condition(ParameterModel parameter) => parameter.Default switch
    {
        null => "",
        { IsConstant: true, Literal: var literal } => $"if ({parameter.Name.Escaped()} is not {literal}) ",
        { Literal: var literal } => $"if (!global::System.Collections.Generic.EqualityComparer<{parameter.Type}>.Default.Equals({parameter.Name.Escaped()}, {literal})) ",
    };

    private static string TypeInfo(ParameterModel parameter, ContractNames names) => parameter.Kind == ParameterKind.Json ? ", " + names.TypeInfo(parameter.Type) : "";

    private static string Cancellation(MethodModel method) =>
        method.Parameters.FirstOrDefault(parameter => parameter.Kind == ParameterKind.Cancellation)?.Name.Escaped() ?? RuntimeTypes.CancellationToken + ".None";

    private static string CallMethod(MethodKind kind) => kind switch
    {
        MethodKind.OneWay => KnownNames.RpcInvoker.SendAsync,
        MethodKind.Stream => KnownNames.RpcInvoker.StreamAsync,
        MethodKind.Deferred => KnownNames.RpcInvoker.DeferAsync,
        _ => KnownNames.RpcInvoker.CallAsync,
    };
}
