using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace XmppRpc.Generators.Parsing;

/// <summary>How symbols are recognised and written.</summary>
internal static class Symbols
{
    private static readonly SymbolDisplayFormat Bare = SymbolDisplayFormat.FullyQualifiedFormat;

    private static readonly SymbolDisplayFormat Runtime = Bare.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.ExpandValueTuple);

    private static readonly SymbolDisplayFormat Annotated = Bare.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier);

    private static readonly SymbolDisplayFormat Readable = SymbolDisplayFormat.CSharpErrorMessageFormat;

    /// <summary>Fully qualified, with the nullable annotations it is declared with.</summary>
    public static string Source(this ITypeSymbol type) => type.ToDisplayString(Annotated);

    /// <summary>Fully qualified, without nullable annotations of reference types: what <c>typeof</c> takes, and equal for equal types.</summary>
    public static string BareSource(this ITypeSymbol type) => type.ToDisplayString(Bare);

    /// <summary>Equal for types that are the same at run time: without nullable annotations and the names of tuples' elements.</summary>
    public static string RuntimeName(this ITypeSymbol type) => type.ToDisplayString(Runtime);

    /// <summary>For people.</summary>
    public static string Text(this ISymbol symbol) => symbol.ToDisplayString(Readable);

    public static bool Is(this ITypeSymbol type, string metadataName)
    {
        var dot = metadataName.LastIndexOf('.');
        return type.ContainingType is null
            && string.Equals(type.MetadataName, metadataName.Substring(dot + 1), StringComparison.Ordinal)
            && string.Equals(type.ContainingNamespace?.ToDisplayString(), metadataName.Substring(0, dot), StringComparison.Ordinal);
    }

    public static bool Inherits(this ITypeSymbol type, string metadataName)
    {
        for (var current = type; current is not null; current = current.BaseType)
            if (current.Is(metadataName))
                return true;
        return false;
    }

    public static AttributeData? FindAttribute(this ISymbol symbol, string metadataName)
    {
        foreach (var attribute in symbol.GetAttributes())
            if (attribute.AttributeClass?.Is(metadataName) == true)
                return attribute;
        return null;
    }

    /// <summary>The value of a named argument; the default if it is not there or does not compile.</summary>
    public static T? Named<T>(this AttributeData? attribute, string name)
    {
        foreach (var argument in attribute?.NamedArguments ?? [])
            if (string.Equals(argument.Key, name, StringComparison.Ordinal) && argument.Value.Value is T value)
                return value;
        return default;
    }

    /// <summary>The text that is the attribute's first argument, or null.</summary>
    public static string? FirstText(this AttributeData? attribute) =>
        attribute?.ConstructorArguments.FirstOrDefault() is { Kind: TypedConstantKind.Primitive, Value: string text } ? text : null;

    public static Location? Location(this AttributeData attribute) => attribute.ApplicationSyntaxReference is { } reference ? Microsoft.CodeAnalysis.Location.Create(reference.SyntaxTree, reference.Span) : null;

    /// <summary>With an <c>@</c> where the name is a keyword somewhere.</summary>
    public static string Escaped(this string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;
}
