using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>Finds in data what lives as long as a call does, streams, progress and deferred results: it cannot be written as JSON.</summary>
internal sealed class LiveParts
{
    private readonly HashSet<ITypeSymbol> _clean = new(SymbolEqualityComparer.Default);

    /// <summary>Why a type is not data by itself; null if it may be.</summary>
    public static string? Reason(ITypeSymbol type)
    {
        if (type.Inherits(KnownNames.Deferred.Type))
            return "Deferred<T> is supported as Task<Deferred<T>> only";
        if (JsonSymbols.HasConverter(type))
            return null;
        if (IsOrImplements(type, "System.Collections.Generic.IAsyncEnumerable`1"))
            return "a stream stands by itself: a parameter of type IAsyncEnumerable<T>, or what the method returns";
        return IsOrImplements(type, "System.IProgress`1") ? "progress is reported to a parameter of type IProgress<T>" : null;
    }

    /// <summary>The first such part inside of a type with the reason against it, for people; null if there is none.</summary>
    public string? Find(ITypeSymbol root)
    {
        var visited = new HashSet<ITypeSymbol>(SymbolEqualityComparer.Default);
        var open = new Stack<ITypeSymbol>([root]);
        while (open.Count > 0)
        {
            var type = open.Pop();
            if (_clean.Contains(type) || !visited.Add(type))
                continue;
            foreach (var (part, member) in Parts(type))
            {
                if (Reason(part) is { } reason)
                    return $"'{(member ?? part).Text()}' is inside, and {reason}";
                open.Push(part);
            }
        }
        _clean.UnionWith(visited);
        return null;
    }

    private static IEnumerable<(ITypeSymbol Type, ISymbol? Member)> Parts(ITypeSymbol type)
    {
        if (type is IArrayTypeSymbol array)
            yield return (array.ElementType, null);
        // What a delegate or a task is made of does not matter: it is refused as a whole.
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct or TypeKind.Interface } named || JsonSymbols.HasConverter(type))
            yield break;
        foreach (var argument in named.TypeArguments)
            yield return (argument, null);
        if (JsonSymbols.IsSystem(named))
            yield break;
        // The definition, as in EnumFinder: a generic type that holds an ever longer one of itself would never end.
        var definition = named.OriginalDefinition;
        foreach (var heir in JsonSymbols.DerivedTypes(definition))
            yield return (heir, null);
        if (definition.BaseType is { } parent)
            yield return (parent, null);
        foreach (var super in definition.Interfaces.Where(super => named.TypeKind == TypeKind.Interface || JsonSymbols.IsCollection(super)))
            yield return (super, null);
        // A collection is written as its elements; its properties are not.
        if (JsonSymbols.IsCollection(named))
            yield break;
        foreach (var member in definition.GetMembers().Where(JsonSymbols.IsWritten))
            yield return (JsonSymbols.TypeOf(member)!, member);
    }

    private static bool IsOrImplements(ITypeSymbol type, string metadataName)
    {
        if (type.Is(metadataName))
            return true;
        foreach (var super in type.AllInterfaces)
            if (super.Is(metadataName))
                return true;
        return false;
    }
}
