using XmppRpc.Generators.Model;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Emitting;

/// <summary>Writes the callee's side: one arm a method reads the arguments, calls, and gives what it gets to the responder.</summary>
internal static class DispatcherEmitter
{
    public static void Emit(SourceWriter writer, ContractModel model, ContractNames names)
    {
        writer.Open($"file sealed class {names.Dispatcher}({model.Type} service) : {RuntimeTypes.Dispatcher}");
        writer.Line($"private readonly {model.Type} _service = service;");
        writer.Line();
        writer.Open($"public override {RuntimeTypes.ValueTask} {KnownNames.RpcDispatcher.DispatchAsync}(int method, {RuntimeTypes.ArgumentReader} arguments, {RuntimeTypes.Responder} responder, {RuntimeTypes.CancellationToken} cancellationToken) => method switch");
        for (var i = 0; i < model.Methods.Count; i++)
            writer.Line($"{i} => {Arm(model.Methods[i], model, names)},");
        writer.Line("_ => throw new global::System.ArgumentOutOfRangeException(nameof(method)),");
        writer.Close("};");
        writer.Close();
    }

    private static string Arm(MethodModel method, ContractModel model, ContractNames names)
    {
        var service = string.Equals(method.DeclaredBy, model.Type, StringComparison.Ordinal) ? "_service" : $"(({method.DeclaredBy})_service)";
        var call = $"{service}.{method.Name.Escaped()}({string.Join(", ", method.Parameters.Select(parameter => Argument(parameter, names)))})";
        return $"responder.{ReplyMethod(method.Kind)}({call}{(method.ResultType is null ? "" : ", " + names.TypeInfo(method.ResultType))})";
    }

    private static string Argument(ParameterModel parameter, ContractNames names) => parameter.Kind switch
    {
        ParameterKind.Cancellation => "cancellationToken",
        // They are the caller's business. With the type, because overloads may differ in it.
        ParameterKind.Options => $"({RuntimeTypes.CallOptions}?)null",
        ParameterKind.Upload => $"arguments.{KnownNames.RpcArgumentReader.ReadStream}<{parameter.ItemType}>({names.TypeInfo(parameter.ItemType!)})",
        ParameterKind.Progress => $"arguments.{KnownNames.RpcArgumentReader.Progress}<{parameter.ItemType}>({names.TypeInfo(parameter.ItemType!)})",
        ParameterKind.Header => Header(parameter),
        _ => Json(parameter, names),
    };

    private static string Header(ParameterModel parameter)
    {
        var name = CSharp.Text(parameter.Header!);
        return parameter switch
        {
            { Default: null, IsNullable: false } => $"arguments.{KnownNames.RpcArgumentReader.Header}({name})",
            { Default: null or { Literal: "null" } } => $"arguments.{KnownNames.RpcArgumentReader.HeaderOrNull}({name}){(parameter.IsNullable ? "" : "!")}",
            { Default.Literal: var literal } => $"arguments.{KnownNames.RpcArgumentReader.HeaderOrNull}({name}) ?? {literal}",
        };
    }

    private static string Json(ParameterModel parameter, ContractNames names)
    {
        var hasOwnMethod = parameter.Kind != ParameterKind.Json && !parameter.IsNullable;
        var read = (hasOwnMethod, parameter.IsNullable) switch
        {
            (true, _) => parameter.Kind.ToString(),
            (_, true) => $"{KnownNames.RpcArgumentReader.ReadNullable}<{parameter.Type}>",
            _ => $"{KnownNames.RpcArgumentReader.Read}<{parameter.Type}>",
        };
        var typeInfo = hasOwnMethod ? "" : ", " + names.TypeInfo(parameter.Type);
        return $"arguments.{read}({CSharp.Utf8(parameter.Name)}{typeInfo}{Default(parameter)})";
    }

    private static string Default(ParameterModel parameter) => parameter.Default switch
    {
        null => "",
        { Literal: "null" } when !parameter.IsNullable => ", null!",
        { Literal: var literal } => ", " + literal,
    };

    private static string ReplyMethod(MethodKind kind) => kind switch
    {
        MethodKind.Stream => KnownNames.RpcResponder.StreamAsync,
        MethodKind.Deferred => KnownNames.RpcResponder.DeferAsync,
        _ => KnownNames.RpcResponder.ReplyAsync,
    };
}
