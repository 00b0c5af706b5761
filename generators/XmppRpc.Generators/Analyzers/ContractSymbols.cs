using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Analyzers;

/// <summary>What the code around contracts has to do with them.</summary>
internal static class ContractSymbols
{
    public static bool IsContract(this ITypeSymbol? type) => type is { TypeKind: TypeKind.Interface } && type.FindAttribute(KnownNames.RpcContractAttribute.Type) is not null;

    /// <summary>A call of it through its interface may leave the process.</summary>
    public static bool IsContractMethod(this IMethodSymbol method) => method.IsAbstract && method.ContainingType.IsContract();

    public static bool IsOneWay(this IMethodSymbol method) => method.FindAttribute(KnownNames.RpcMethodAttribute.Type).Named<bool>(KnownNames.RpcMethodAttribute.OneWay);

    /// <summary>The contracts a type implements and the interfaces that lend them methods.</summary>
    public static IEnumerable<INamedTypeSymbol> ContractInterfaces(this INamedTypeSymbol type) => type.AllInterfaces
        .Where(super => super.IsContract())
        .SelectMany(contract => contract.AllInterfaces.Add(contract))
        .Where(super => !super.OriginalDefinition.Is(KnownNames.RpcContract.Type))
        .Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default);

    /// <summary>Each contract method with the method of this type that implements it.</summary>
    public static IEnumerable<(IMethodSymbol Contract, IMethodSymbol Implementation)> ContractImplementations(this INamedTypeSymbol type)
    {
        foreach (var method in type.ContractInterfaces().SelectMany(contract => contract.GetMembers()).OfType<IMethodSymbol>().Where(method => method.IsAbstract))
            if (type.FindImplementationForInterfaceMember(method) is IMethodSymbol implementation && SymbolEqualityComparer.Default.Equals(implementation.ContainingType, type))
                yield return (method, implementation);
    }

    /// <summary>The contract methods that a method implements.</summary>
    public static IEnumerable<IMethodSymbol> ImplementedContractMethods(this IMethodSymbol method) => method.ContainingType.ContractImplementations()
        .Where(pair => SymbolEqualityComparer.Default.Equals(pair.Implementation, method))
        .Select(pair => pair.Contract);

    /// <summary>The member around some code, whatever lambdas and local functions lie between.</summary>
    public static ISymbol Member(this ISymbol symbol)
    {
        var current = symbol;
        while (current is IMethodSymbol { MethodKind: MethodKind.AnonymousFunction or MethodKind.LocalFunction })
            current = current.ContainingSymbol;
        return current;
    }

    /// <summary>The part with the attribute, which is the one a person looks at.</summary>
    public static Location ContractLocation(this INamedTypeSymbol contract)
    {
        var place = contract.FindAttribute(KnownNames.RpcContractAttribute.Type)?.ApplicationSyntaxReference;
        return contract.Locations.FirstOrDefault(location => location.SourceTree == place?.SyntaxTree) ?? contract.Locations[0];
    }
}
