using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>What System.Text.Json makes of types and members.</summary>
internal static class JsonSymbols
{
    private const string Space = "System.Text.Json.Serialization.";

    /// <summary>It is written by the user's code, in a way that cannot be seen from outside.</summary>
    public static bool HasConverter(ISymbol symbol) => symbol.GetAttributes().Any(attribute => attribute.AttributeClass?.Inherits(Space + "JsonConverterAttribute") == true);

    public static IEnumerable<ITypeSymbol> DerivedTypes(INamedTypeSymbol type) => type.GetAttributes()
        .Where(attribute => attribute.AttributeClass?.Is(Space + "JsonDerivedTypeAttribute") == true)
        .Select(attribute => attribute.ConstructorArguments.FirstOrDefault().Value)
        .OfType<ITypeSymbol>();

    /// <summary>The type of a property or a declared field of instances; null for any other member.</summary>
    public static ITypeSymbol? TypeOf(ISymbol member) => member switch
    {
        { IsStatic: true } => null,
        IPropertySymbol { IsIndexer: false } property => property.Type,
        IFieldSymbol { IsImplicitlyDeclared: false } field => field.Type,
        _ => null,
    };

    /// <summary>The member's value is part of the JSON as its type says.</summary>
    public static bool IsWritten(ISymbol member) =>
        IsSeen(member) && !HasConverter(member);

    /// <summary>The member's value is part of the JSON, as its type says or as a converter does.</summary>
    public static bool IsSeen(ISymbol member) =>
        TypeOf(member) is not null
        && (member.DeclaredAccessibility == Accessibility.Public || member.FindAttribute(Space + "JsonIncludeAttribute") is not null)
        && !IsIgnored(member);

    /// <summary>The types that a context has metadata of by its attributes.</summary>
    public static IEnumerable<ITypeSymbol> SerializableTypes(INamedTypeSymbol context) => context.GetAttributes()
        .Where(attribute => attribute.AttributeClass?.Is(Space + "JsonSerializableAttribute") == true)
        .Select(attribute => attribute.ConstructorArguments.FirstOrDefault().Value)
        .OfType<ITypeSymbol>();

    /// <summary>The types that a context has converters for; null where a converter decides itself for which types it is.</summary>
    public static HashSet<string>? ConvertedTypes(INamedTypeSymbol? context)
    {
        var converted = new HashSet<string>(StringComparer.Ordinal);
        var options = context?.FindAttribute(Space + "JsonSourceGenerationOptionsAttribute")?.NamedArguments.FirstOrDefault(argument => string.Equals(argument.Key, "Converters", StringComparison.Ordinal)).Value;
        if (options is not { Kind: TypedConstantKind.Array, IsNull: false } list)
            return converted;
        foreach (var converter in list.Values.Select(value => value.Value).OfType<INamedTypeSymbol>())
        {
            var parent = converter;
            while (parent is not null && !parent.Is(Space + "JsonConverter`1"))
                parent = parent.BaseType;
            if (parent is null)
                return null;
            converted.Add(parent.TypeArguments[0].RuntimeName());
        }
        return converted;
    }

    /// <summary>It says which types stand behind it, or that others do.</summary>
    public static bool IsPolymorphic(INamedTypeSymbol type) => DerivedTypes(type).Any() || type.FindAttribute(Space + "JsonPolymorphicAttribute") is not null;

    public static bool IsJsonConstructor(IMethodSymbol constructor) => constructor.FindAttribute(Space + "JsonConstructorAttribute") is not null;

    /// <summary>The types of the elements of a collection, of keys and values of a dictionary.</summary>
    public static IEnumerable<ITypeSymbol> ElementTypes(ITypeSymbol type) => type is IArrayTypeSymbol array
        ? [array.ElementType]
        : type.AllInterfaces
            .Where(super => super.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T)
            .Select(super => super.TypeArguments[0]);

    public static bool IsCollection(INamedTypeSymbol type) => type.SpecialType == SpecialType.System_Collections_IEnumerable || type.AllInterfaces.Any(super => super.SpecialType == SpecialType.System_Collections_IEnumerable);

    /// <summary>Its members are the framework's business.</summary>
    public static bool IsSystem(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { ContainingNamespace.IsGlobalNamespace: false })
            space = space.ContainingNamespace;
        return string.Equals(space?.Name, "System", StringComparison.Ordinal);
    }

    // JsonIgnoreCondition.Always is 1, and what the attribute means without a condition.
    private static bool IsIgnored(ISymbol member) => member.FindAttribute(Space + "JsonIgnoreAttribute") is { } ignore
        && (ignore.NamedArguments.All(argument => !string.Equals(argument.Key, "Condition", StringComparison.Ordinal)) || ignore.Named<int>("Condition") == 1);
}
