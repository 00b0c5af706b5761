using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>Which types the runtime has metadata of: its own ones (<c>BuiltInTypes</c>), and those of a context.</summary>
internal static class JsonKnowledge
{
    private static readonly HashSet<string> BuiltIn = new(StringComparer.Ordinal)
    {
        "global::System.Uri", "global::System.Version", "global::System.Int128", "global::System.UInt128", "global::System.Half", "global::System.Guid",
        "global::System.DateTimeOffset", "global::System.DateOnly", "global::System.TimeOnly", "global::System.TimeSpan", "global::System.Text.Json.JsonElement",
    };

    /// <summary>A type that no context has to list.</summary>
    public static bool IsBuiltIn(ITypeSymbol type, Compilation compilation) => type switch
    {
        IArrayTypeSymbol { IsSZArray: true, ElementType.SpecialType: SpecialType.System_Byte } => true,
        INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable => IsBuiltIn(nullable.TypeArguments[0], compilation),
        { SpecialType: SpecialType.System_String or SpecialType.System_Boolean or SpecialType.System_Char or SpecialType.System_DateTime or SpecialType.System_Decimal } => true,
        { SpecialType: >= SpecialType.System_SByte and <= SpecialType.System_Double } => true,
        { TypeKind: TypeKind.Enum } => !JsonSymbols.HasConverter(type) && compilation.IsSymbolAccessibleWithin(type, compilation.Assembly),
        _ => BuiltIn.Contains(type.BareSource()),
    };

    /// <summary>The types of a context by their run-time names: those it lists, and what they are made of. Null where they are not known, because the context was written by hand.</summary>
    public static HashSet<string>? Of(INamedTypeSymbol context, CancellationToken cancellation)
    {
        var roots = JsonSymbols.SerializableTypes(context).ToList();
        return roots.Count == 0 && context.GetMembers("GetTypeInfo").Length > 0
            ? null
            : new HashSet<string>(JsonParts.Walk(roots, cancellation).Select(part => part.Type.RuntimeName()), StringComparer.Ordinal);
    }
}
