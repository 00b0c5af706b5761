using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Parsing;

/// <summary>Default values of parameters as C#.</summary>
internal static class DefaultValues
{
    public static DefaultModel? Of(IParameterSymbol parameter)
    {
        if (!parameter.HasExplicitDefaultValue)
            return null;
        var type = parameter.Type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : parameter.Type;
        return parameter.ExplicitDefaultValue switch
        {
            null when parameter.Type.IsValueType && ReferenceEquals(type, parameter.Type) => new DefaultModel("default", IsConstant: false),
            null => new DefaultModel("null", IsConstant: true),
            DateTime time => new DefaultModel($"new global::System.DateTime({time.Ticks}L)", IsConstant: false),
            var value when type is INamedTypeSymbol { TypeKind: TypeKind.Enum } => new DefaultModel(Enum(type, value), IsConstant: true),
            var value => new DefaultModel(Literal(value), IsConstant: true),
        };
    }

    private static string Enum(ITypeSymbol type, object value)
    {
        var name = type.GetMembers().OfType<IFieldSymbol>().FirstOrDefault(member => Equals(member.ConstantValue, value))?.Name;
        return name is null ? $"({type.BareSource()})({Literal(value)})" : $"{type.BareSource()}.{name.Escaped()}";
    }

    private static string Literal(object value) => value switch
    {
        double.NaN => "double.NaN",
        double.PositiveInfinity => "double.PositiveInfinity",
        double.NegativeInfinity => "double.NegativeInfinity",
        float.NaN => "float.NaN",
        float.PositiveInfinity => "float.PositiveInfinity",
        float.NegativeInfinity => "float.NegativeInfinity",
        _ => SymbolDisplay.FormatPrimitive(value, quoteStrings: true, useHexadecimalNumbers: false) + Suffix(value),
    };

    // FormatPrimitive leaves it out; without it a pattern or a type argument would not fit.
    private static string Suffix(object value) => value switch
    {
        uint => "U",
        long => "L",
        ulong => "UL",
        float => "F",
        double => "D",
        decimal => "M",
        _ => "",
    };
}
