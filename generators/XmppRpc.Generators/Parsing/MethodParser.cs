using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;
using MethodKind = XmppRpc.Generators.Model.MethodKind;

namespace XmppRpc.Generators.Parsing;

/// <summary>Reads one method of a contract. Problems go to the list; the model is null then, or where the compiler has said enough.</summary>
internal sealed class MethodParser(IMethodSymbol method, ContractIdentity owner, AccessModel? ownerAccess, IEnumerable<AccessModel> restrictions, Location location, ICollection<Diagnostic> problems)
{
    /// <summary>Result and arguments, for what has to be found in them.</summary>
    public List<ITypeSymbol> Payloads { get; } = [];

    public MethodModel? Parse()
    {
        var before = problems.Count;
        var settings = method.FindAttribute(KnownNames.RpcMethodAttribute.Type);
        if (method.IsGenericMethod)
            Report(Diagnostics.GenericMethod, method.Name);
        var shape = ReturnShape.Of(method, out var refusal);
        if (refusal is not null)
            Report(Diagnostics.UnsupportedReturnType, method.Name, refusal);
        var parameters = Parameters();
        var wireName = settings.FirstText() ?? WireNames.OfMethod(method.Name);
        if (!WireNames.IsMethodName(wireName))
            ReportAt(settings, Diagnostics.InvalidName, wireName, "a method's name is made of letters, digits, '_', '.' and '-'");
        var timeout = settings.Named<double>(KnownNames.RpcMethodAttribute.TimeoutSeconds);
        if (!ContractIdentity.IsTimeout(timeout))
            ReportAt(settings, Diagnostics.InvalidSettings, KnownNames.RpcMethodAttribute.TimeoutSeconds, method.Name, "it is a number of seconds, or 0 for the contract's");
        if (shape is null)
            return null;
        var kind = Kind(shape, settings);
        var stream = Stream(kind);
        if (shape.Result is not null)
            Payloads.Add(shape.Result);
        return problems.Count > before ? null : new MethodModel(
            method.Name, method.ContainingType.BareSource(), kind, shape.IsValueTask, method.ReturnType.Source(), shape.Result?.Source(),
            owner.Name, owner.Version, wireName, parameters, Seconds(timeout) ?? Seconds(owner.TimeoutSeconds),
            settings.Named<bool>(KnownNames.RpcMethodAttribute.Idempotent), stream, ContractIdentity.AccessOf(method) ?? ownerAccess, restrictions.ToEquatableArray());
    }

    private MethodKind Kind(ReturnShape shape, AttributeData? settings)
    {
        if (!settings.Named<bool>(KnownNames.RpcMethodAttribute.OneWay))
            return shape.Kind;
        if (shape is not { Kind: MethodKind.Unary, Result: null })
            ReportAt(settings, Diagnostics.OneWayWithResult, method.Name);
        return MethodKind.OneWay;
    }

    private EquatableArray<StreamSetting>? Stream(MethodKind kind)
    {
        if (method.FindAttribute(KnownNames.RpcStreamAttribute.Type) is not { } attribute)
            return null;
        if (StreamSettings.Refusal(attribute, kind) is { } refusal)
            ReportAt(attribute, Diagnostics.InvalidStreamSettings, method.Name, refusal);
        return StreamSettings.Of(attribute);
    }

    private EquatableArray<ParameterModel> Parameters()
    {
        if (method.IsVararg)
            Report(Diagnostics.UnsupportedParameter, "__arglist", method.Name, "a parameter needs a name and a type");
        if (method.Parameters.Count(IsCancellation) > 1)
            Report(Diagnostics.RepeatedSpecialParameter, method.Name, "CancellationToken");
        return method.Parameters.Select(Parameter).OfType<ParameterModel>().ToEquatableArray();
    }

    private ParameterModel? Parameter(IParameterSymbol parameter)
    {
        if ((PassingRefusal(parameter) ?? (IsCancellation(parameter) ? null : DataTypes.Refusal(parameter.Type))) is { } refusal)
        {
            problems.Add(Diagnostic.Create(Diagnostics.UnsupportedParameter, OwnLocation(parameter), parameter.Name, method.Name, refusal));
            return null;
        }
        if (IsCancellation(parameter))
            return new ParameterModel(parameter.Name, parameter.Type.Source(), Model.ParameterKind.Cancellation, IsNullable: false, Default: null);
        Payloads.Add(parameter.Type);
        return ArgumentOf(parameter);
    }

    private static ParameterModel ArgumentOf(IParameterSymbol parameter)
    {
        var type = parameter.Type;
        if (!type.IsReferenceType)
            return new ParameterModel(parameter.Name, type.Source(), KindOf(type), type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T, DefaultValues.Of(parameter));
        var isNullable = AllowsNull(parameter);
        var source = type.WithNullableAnnotation(isNullable ? NullableAnnotation.Annotated : NullableAnnotation.NotAnnotated).Source();
        return new ParameterModel(parameter.Name, source, KindOf(type), isNullable, DefaultValues.Of(parameter));
    }

    // Code without nullable annotations allows null everywhere.
    private static bool AllowsNull(IParameterSymbol parameter) =>
        parameter.FindAttribute("System.Diagnostics.CodeAnalysis.DisallowNullAttribute") is null
        && (parameter.Type.NullableAnnotation != NullableAnnotation.NotAnnotated || parameter.FindAttribute("System.Diagnostics.CodeAnalysis.AllowNullAttribute") is not null);

    private static Model.ParameterKind KindOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => Model.ParameterKind.String,
        SpecialType.System_Boolean => Model.ParameterKind.Boolean,
        SpecialType.System_Int32 => Model.ParameterKind.Int32,
        SpecialType.System_Int64 => Model.ParameterKind.Int64,
        _ => Model.ParameterKind.Json,
    };

    private static string? PassingRefusal(IParameterSymbol parameter) => parameter switch
    {
        { RefKind: RefKind.Ref or RefKind.RefReadOnlyParameter } => "it is passed by ref",
        { RefKind: RefKind.Out } => "it is passed by out",
        { RefKind: RefKind.In } => "it is passed by in",
        { IsParams: true } => "params is not supported; take an array",
        _ => null,
    };

    private static bool IsCancellation(IParameterSymbol parameter) => parameter.Type.Is("System.Threading.CancellationToken");

    private static double? Seconds(double seconds) => seconds > 0 ? seconds : null;

    private Location OwnLocation(IParameterSymbol parameter) => parameter.Locations.FirstOrDefault(place => place.IsInSource) ?? location;

    private void Report(DiagnosticDescriptor problem, params object[] arguments) => problems.Add(Diagnostic.Create(problem, location, arguments));

    private void ReportAt(AttributeData? attribute, DiagnosticDescriptor problem, params object[] arguments) =>
        problems.Add(Diagnostic.Create(problem, attribute?.Location() ?? location, arguments));
}
