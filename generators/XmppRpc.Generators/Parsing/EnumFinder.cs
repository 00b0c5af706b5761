using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>
/// The enums that can occur in payloads of some types. They are written by name, and a context cannot be told so from outside; so each has to be found.
/// </summary>
internal static class EnumFinder
{
    public static IEnumerable<string> Find(IEnumerable<ITypeSymbol> roots, Compilation compilation, CancellationToken cancellation)
    {
        var visited = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        var open = new Stack<ITypeSymbol>(roots);
        while (open.Count > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            var type = open.Pop();
            if (!visited.Add(type))
                continue;
            if (type is IArrayTypeSymbol array)
                open.Push(array.ElementType);
            if (type is not INamedTypeSymbol named)
                continue;
            if (named.TypeKind == TypeKind.Enum && IsClosed(named) && !JsonSymbols.HasConverter(named) && compilation.IsSymbolAccessibleWithin(named, compilation.Assembly))
                yield return named.BareSource();
            foreach (var part in Parts(named))
                open.Push(part);
        }
    }

    private static IEnumerable<ITypeSymbol> Parts(INamedTypeSymbol type)
    {
        foreach (var argument in type.TypeArguments)
            yield return argument;
        if (type.TypeKind is not (TypeKind.Class or TypeKind.Struct or TypeKind.Interface) || JsonSymbols.IsSystem(type))
            yield break;
        // The definition's members, not the constructed type's: a generic type that holds an ever longer one of itself would never end.
        var definition = type.OriginalDefinition;
        foreach (var part in definition.GetMembers().Select(JsonSymbols.TypeOf).OfType<ITypeSymbol>().Concat(JsonSymbols.DerivedTypes(definition)).Concat(definition.Interfaces))
            yield return part;
        if (definition.BaseType is { } parent)
            yield return parent;
    }

    private static bool IsClosed(INamedTypeSymbol type) => type.ContainingType is not { } outer || (outer.TypeArguments.All(argument => argument.TypeKind != TypeKind.TypeParameter) && IsClosed(outer));
}
