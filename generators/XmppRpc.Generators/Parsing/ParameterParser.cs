using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;
using MethodKind = XmppRpc.Generators.Model.MethodKind;
using ParameterKind = XmppRpc.Generators.Model.ParameterKind;

namespace XmppRpc.Generators.Parsing;

/// <summary>Reads the parameters of one method: the arguments, and what travels beside them.</summary>
internal sealed class ParameterParser(IMethodSymbol method, MethodKind? kind, Location location, ParseScope scope)
{
    private const string Stream = "System.Collections.Generic.IAsyncEnumerable`1";

    public static bool IsUpload(IParameterSymbol parameter) => parameter.Type.Is(Stream);

    public EquatableArray<ParameterModel> Parse()
    {
        if (method.IsVararg)
            scope.Report(Diagnostics.UnsupportedParameter, location, "__arglist", method.Name, "a parameter needs a name and a type");
        foreach (var special in method.Parameters.Select(SpecialName).OfType<string>().GroupBy(name => name, StringComparer.Ordinal).Where(group => group.Count() > 1))
            scope.Report(Diagnostics.RepeatedSpecialParameter, location, method.Name, special.Key);
        CheckHeaderNames();
        return method.Parameters.Select(Parameter).OfType<ParameterModel>().ToEquatableArray();
    }

    private ParameterModel? Parameter(IParameterSymbol parameter)
    {
        if (PassingRefusal(parameter) is { } passing)
            return Refuse(parameter, new Refusal(passing));
        if (parameter.FindAttribute(KnownNames.RpcHeaderAttribute.Type) is { } header)
            return Header(parameter, header);
        return Special(parameter) switch
        {
            ParameterKind.Cancellation => new ParameterModel(parameter.Name, parameter.Type.Source(), ParameterKind.Cancellation),
            ParameterKind.Options when !AllowsNull(parameter) => Refuse(parameter, new Refusal("options are the caller's, and the implementation gets null; make it RpcCallOptions?")),
            ParameterKind.Options => new ParameterModel(parameter.Name, parameter.Type.Source(), ParameterKind.Options, IsNullable: true),
            { } live => Live(parameter, live),
            null => Argument(parameter),
        };
    }

    // A stream or a progress: the call's own type is not data, but what comes through it is.
    private ParameterModel? Live(IParameterSymbol parameter, ParameterKind special)
    {
        var item = ((INamedTypeSymbol)parameter.Type).TypeArguments[0];
        if ((LiveRefusal(parameter, special) ?? scope.DataTypes.Refusal(item)) is { } refusal)
            return Refuse(parameter, refusal);
        scope.Payloads.Add(new Payload(item, OwnLocation(parameter)));
        return new ParameterModel(parameter.Name, parameter.Type.Source(), special, parameter.NullableAnnotation == NullableAnnotation.Annotated, ItemType: item.Source());
    }

    private Refusal? LiveRefusal(IParameterSymbol parameter, ParameterKind special) => (special, kind) switch
    {
        (ParameterKind.Upload, _) when parameter.HasExplicitDefaultValue || parameter.NullableAnnotation == NullableAnnotation.Annotated => new Refusal("a stream may be empty, but not null or left out"),
        (ParameterKind.Upload, MethodKind.OneWay) => new Refusal("no stream follows a one-way call"),
        (ParameterKind.Upload, MethodKind.Deferred) => new Refusal("no stream follows a call that may be answered later"),
        (ParameterKind.Progress, MethodKind.OneWay) => new Refusal("nothing comes back of a one-way call"),
        _ => null,
    };

    private ParameterModel? Header(IParameterSymbol parameter, AttributeData attribute)
    {
        var name = attribute.FirstText() ?? "";
        if (parameter.Type.SpecialType != SpecialType.System_String)
            return RefuseHeader(parameter, $"it is '{parameter.Type.Text()}', and headers are text; make it string, or string? if it may be missing");
        if (!WireNames.IsHeaderName(name))
            return RefuseHeader(parameter, $"'{name}' is no name; it is made of 1 to {WireNames.MaxHeaderName} characters A-Z, a-z, 0-9, '-', '_' and '.'");
        return Nullable(parameter, ParameterKind.Header) with { Header = name };
    }

    private void CheckHeaderNames()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var parameter in method.Parameters)
            if (parameter.FindAttribute(KnownNames.RpcHeaderAttribute.Type).FirstText() is { } name && !names.Add(name))
                _ = RefuseHeader(parameter, $"'{name}' is the header of another parameter; each has its own");
    }

    private ParameterModel? Argument(IParameterSymbol parameter)
    {
        if (scope.DataTypes.Refusal(parameter.Type) is { } refusal)
            return Refuse(parameter, refusal);
        scope.Payloads.Add(new Payload(parameter.Type, OwnLocation(parameter)));
        var type = parameter.Type;
        return type.IsReferenceType
            ? Nullable(parameter, KindOf(type))
            : new ParameterModel(parameter.Name, type.Source(), KindOf(type), type.OriginalDefinition.SpecialType == SpecialType.System_Nullable_T, DefaultValues.Of(parameter));
    }

    private static ParameterModel Nullable(IParameterSymbol parameter, ParameterKind kind)
    {
        var isNullable = AllowsNull(parameter);
        var source = parameter.Type.WithNullableAnnotation(isNullable ? NullableAnnotation.Annotated : NullableAnnotation.NotAnnotated).Source();
        return new ParameterModel(parameter.Name, source, kind, isNullable, DefaultValues.Of(parameter));
    }

    // Code without nullable annotations allows null everywhere.
    private static bool AllowsNull(IParameterSymbol parameter) =>
        parameter.FindAttribute("System.Diagnostics.CodeAnalysis.DisallowNullAttribute") is null
        && (parameter.Type.NullableAnnotation != NullableAnnotation.NotAnnotated || parameter.FindAttribute("System.Diagnostics.CodeAnalysis.AllowNullAttribute") is not null);

    private static ParameterKind KindOf(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_String => ParameterKind.String,
        SpecialType.System_Boolean => ParameterKind.Boolean,
        SpecialType.System_Int32 => ParameterKind.Int32,
        SpecialType.System_Int64 => ParameterKind.Int64,
        _ => ParameterKind.Json,
    };

    private static ParameterKind? Special(IParameterSymbol parameter) => parameter switch
    {
        _ when parameter.Type.Is("System.Threading.CancellationToken") => ParameterKind.Cancellation,
        _ when parameter.Type.Is(KnownNames.RpcCallOptions.Type) => ParameterKind.Options,
        _ when parameter.Type.Is("System.IProgress`1") => ParameterKind.Progress,
        _ when IsUpload(parameter) => ParameterKind.Upload,
        _ => null,
    };

    private static string? SpecialName(IParameterSymbol parameter) => Special(parameter) switch
    {
        ParameterKind.Cancellation => "CancellationToken",
        ParameterKind.Options => "RpcCallOptions",
        ParameterKind.Progress => "IProgress<T>",
        ParameterKind.Upload => "IAsyncEnumerable<T> parameter",
        _ => null,
    };

    private static string? PassingRefusal(IParameterSymbol parameter) => parameter switch
    {
        { RefKind: RefKind.Ref or RefKind.RefReadOnlyParameter } => "it is passed by ref",
        { RefKind: RefKind.Out } => "it is passed by out",
        { RefKind: RefKind.In } => "it is passed by in",
        { IsParams: true } => "params is not supported; take an array",
        _ => null,
    };

    private ParameterModel? Refuse(IParameterSymbol parameter, Refusal refusal)
    {
        scope.Report(refusal, Diagnostics.UnsupportedParameter, OwnLocation(parameter), parameter.Name, method.Name);
        return null;
    }

    private ParameterModel? RefuseHeader(IParameterSymbol parameter, string reason)
    {
        scope.Report(Diagnostics.InvalidHeader, OwnLocation(parameter), parameter.Name, method.Name, reason);
        return null;
    }

    // In an editor, the source of an inherited contract may be that of another project.
    private Location OwnLocation(IParameterSymbol parameter) => parameter.Locations.FirstOrDefault(place => place.SourceTree is { } tree && scope.Compilation.ContainsSyntaxTree(tree)) ?? location;
}
