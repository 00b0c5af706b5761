using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;
using MethodKind = XmppRpc.Generators.Model.MethodKind;

namespace XmppRpc.Generators.Parsing;

/// <summary>Reads one method of a contract. Problems go to the scope; the model is null then, or where the compiler has said enough.</summary>
internal sealed class MethodParser(IMethodSymbol method, OwnerSettings owner, Location location, ParseScope scope)
{
    public MethodModel? Parse()
    {
        var before = scope.Problems.Count;
        var settings = method.FindAttribute(KnownNames.RpcMethodAttribute.Type);
        if (method.IsGenericMethod)
            scope.Report(Diagnostics.GenericMethod, location, method.Name);
        var shape = ReturnShape.Of(method, scope.DataTypes, out var refusal);
        if (refusal is not null)
            scope.Report(refusal, Diagnostics.UnsupportedReturnType, location, method.Name);
        var kind = Kind(shape, settings);
        var parameters = new ParameterParser(method, kind, location, scope).Parse();
        var wireName = settings.FirstText() ?? WireNames.OfMethod(method.Name);
        if (!WireNames.IsMethodName(wireName))
            ReportAt(settings, Diagnostics.InvalidName, wireName, "a method's name is made of letters, digits, '_', '.' and '-'");
        var timeout = settings.Named<double>(KnownNames.RpcMethodAttribute.TimeoutSeconds);
        if (!ContractIdentity.IsTimeout(timeout))
            ReportAt(settings, Diagnostics.InvalidSettings, KnownNames.RpcMethodAttribute.TimeoutSeconds, method.Name, "it is a number of seconds, or 0 for the contract's");
        var faults = Faults(kind);
        if (shape is null || kind is null)
            return null;
        var stream = Stream(shape);
        if (shape.Result is not null)
            scope.Payloads.Add(new Payload(shape.Result, location));
        return scope.Problems.Count > before ? null : new MethodModel(
            method.Name, method.ContainingType.BareSource(), kind.Value, shape.IsValueTask, method.ReturnType.Source(), shape.Result?.Source(),
            owner.Contract.Name, owner.Contract.Version, wireName, parameters, Seconds(timeout) ?? Seconds(owner.Contract.TimeoutSeconds),
            settings.Named<bool>(KnownNames.RpcMethodAttribute.Idempotent), stream, ContractIdentity.AccessOf(method) ?? owner.Access, owner.Restrictions, faults);
    }

    private MethodKind? Kind(ReturnShape? shape, AttributeData? settings)
    {
        if (!settings.Named<bool>(KnownNames.RpcMethodAttribute.OneWay))
            return shape?.Kind;
        if (shape is not (null or { Kind: MethodKind.Unary, Result: null }))
            ReportAt(settings, Diagnostics.OneWayWithResult, method.Name, "must return Task or ValueTask");
        return MethodKind.OneWay;
    }

    private EquatableArray<StreamSetting>? Stream(ReturnShape shape)
    {
        if (method.FindAttribute(KnownNames.RpcStreamAttribute.Type) is not { } attribute)
            return null;
        if (StreamSettings.Refusal(attribute, shape.Kind == MethodKind.Stream || method.Parameters.Any(ParameterParser.IsUpload)) is { } refusal)
            ReportAt(attribute, Diagnostics.InvalidStreamSettings, method.Name, refusal);
        return StreamSettings.Of(attribute);
    }

    private EquatableArray<FaultModel> Faults(MethodKind? kind)
    {
        var own = FaultDeclaration.Of(method);
        FaultDeclaration.Check(own, owner.Faults, method.Name, location, scope);
        if (kind != MethodKind.OneWay)
        {
            IReadOnlyList<FaultDeclaration> all = [.. own, .. owner.Faults];
            scope.Payloads.AddRange(all.Select(fault => new Payload(fault.Detail, location)));
            return FaultDeclaration.Models(all);
        }
        // Those of the contract stand for the methods that answer; its own would promise what cannot come.
        foreach (var fault in own)
            ReportAt(fault.Attribute, Diagnostics.OneWayWithResult, method.Name, "cannot answer with a fault");
        return FaultDeclaration.Models([]);
    }

    private static double? Seconds(double seconds) => seconds > 0 ? seconds : null;

    private void ReportAt(AttributeData? attribute, DiagnosticDescriptor problem, params object[] arguments) => scope.Report(problem, attribute?.Location() ?? location, arguments);
}
