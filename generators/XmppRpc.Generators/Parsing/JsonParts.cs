using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>What the values of a type are made of in JSON, down to the last member.</summary>
internal static class JsonParts
{
    // A generic type that holds an ever longer one of itself would never end; no real payload is nested so deep or has so many types.
    private const int MaxNesting = 16, MaxTypes = 4096;

    /// <summary>The types themselves and all inside of them, each once, with the member it was first found in.</summary>
    public static IEnumerable<(ITypeSymbol Type, ISymbol? Member)> Walk(IEnumerable<ITypeSymbol> roots, CancellationToken cancellation)
    {
        var visited = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<(ITypeSymbol Type, ISymbol? Member)>(roots.Select(root => (root, (ISymbol?)null)));
        while (open.Count > 0 && visited.Count < MaxTypes)
        {
            cancellation.ThrowIfCancellationRequested();
            var current = open.Pop();
            if (Nesting(current.Type) > MaxNesting || !visited.Add(current.Type.RuntimeName()))
                continue;
            yield return current;
            foreach (var part in Of(current.Type))
                open.Push((part.Type, part.Member ?? current.Member));
        }
    }

    private static IEnumerable<(ITypeSymbol Type, ISymbol? Member)> Of(ITypeSymbol type)
    {
        if (JsonSymbols.HasConverter(type))
            yield break;
        foreach (var element in JsonSymbols.ElementTypes(type))
            yield return (element, null);
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Interface } named)
            yield break;
        foreach (var heir in JsonSymbols.DerivedTypes(named))
            yield return (heir, null);
        if (JsonSymbols.IsSystem(named))
        {
            foreach (var argument in named.TypeArguments)
                yield return (argument, null);
            yield break;
        }
        // A collection is written as its elements; its properties are not.
        if (JsonSymbols.IsCollection(named))
            yield break;
        foreach (var member in Members(named).Where(JsonSymbols.IsSeen))
            yield return (JsonSymbols.TypeOf(member)!, member);
    }

    // How deep type arguments and elements stand inside of each other.
    private static int Nesting(ITypeSymbol type) => type switch
    {
        IArrayTypeSymbol array => 1 + Nesting(array.ElementType),
        INamedTypeSymbol { TypeArguments: { IsEmpty: false } arguments } => 1 + arguments.Max(Nesting),
        _ => 0,
    };

    /// <summary>The members of a type and of what it inherits.</summary>
    public static IEnumerable<ISymbol> Members(INamedTypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
            foreach (var member in current.GetMembers())
                yield return member;
        if (type.TypeKind == TypeKind.Interface)
            foreach (var member in type.AllInterfaces.SelectMany(super => super.GetMembers()))
                yield return member;
    }
}
