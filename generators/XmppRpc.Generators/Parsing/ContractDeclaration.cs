using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace XmppRpc.Generators.Parsing;

/// <summary>Where a contract stands in the code: whether a part can be added to it there, and what has to be written around that part.</summary>
internal static class ContractDeclaration
{
    /// <summary>Reports what forbids another part.</summary>
    public static IEnumerable<Diagnostic> Check(INamedTypeSymbol contract, Location location)
    {
        foreach (var type in Chain(contract))
        {
            if (!IsPartial(type))
                yield return Diagnostic.Create(Diagnostics.NotPartial, OwnLocation(type, location), type.Name, contract.Name);
            if (type.IsFileLocal)
                yield return Diagnostic.Create(Diagnostics.NotAccessible, location, contract.Name, $"'{type.Name}' is file-local; make it internal");
            if (type.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal)
                yield return Diagnostic.Create(Diagnostics.NotAccessible, location, contract.Name, $"'{type.Name}' is only accessible inside '{type.ContainingType?.Name}'; make it internal");
            if (type.Arity > 0)
                yield return Diagnostic.Create(Diagnostics.NotAccessible, location, contract.Name, $"'{type.Name}' has type parameters, which contracts and the types around them cannot have");
        }
    }

    /// <summary>The types around the contract, outermost first, as a part of them is declared.</summary>
    public static IEnumerable<string> OuterTypes(INamedTypeSymbol contract) => Outer(contract).Reverse().Select(type => $"partial {Keyword(type)} {type.Name.Escaped()}");

    /// <summary>A file name that no other contract of the compilation has. Roslyn takes names that differ in letter case alone for the same, and a second one would end the generator.</summary>
    public static string HintName(INamedTypeSymbol contract, Compilation compilation, CancellationToken cancellation)
    {
        var name = FullName(contract);
        var twins = compilation.GetSymbolsWithName(other => string.Equals(other, contract.Name, StringComparison.OrdinalIgnoreCase), SymbolFilter.Type, cancellation)
            .OfType<INamedTypeSymbol>()
            .Where(other => other.FindAttribute(KnownNames.RpcContractAttribute.Type) is not null)
            .Select(FullName)
            .Where(other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase) && string.CompareOrdinal(other, name) < 0)
            .Distinct(StringComparer.Ordinal)
            .Count();
        return twins == 0 ? $"{name}.XmppRpc.g.cs" : $"{name}-{twins + 1}.XmppRpc.g.cs";
    }

    private static string FullName(INamedTypeSymbol type)
    {
        var path = string.Join("+", Outer(type).Reverse().Select(outer => outer.Name).Concat([type.Name]));
        return (type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString().Replace("@", "") + ".") + path;
    }

    private static IEnumerable<INamedTypeSymbol> Chain(INamedTypeSymbol contract) => ImmutableArray.Create(contract).Concat(Outer(contract));

    private static IEnumerable<INamedTypeSymbol> Outer(INamedTypeSymbol contract)
    {
        for (var type = contract.ContainingType; type is not null; type = type.ContainingType)
            yield return type;
    }

    private static bool IsPartial(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.All(part => part.GetSyntax() is TypeDeclarationSyntax syntax && syntax.Modifiers.Any(SyntaxKind.PartialKeyword));

    private static Location OwnLocation(INamedTypeSymbol type, Location otherwise) => type.Locations.FirstOrDefault(place => place.IsInSource) ?? otherwise;

    private static string Keyword(INamedTypeSymbol type) => type switch
    {
        { TypeKind: TypeKind.Interface } => "interface",
        { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
        { TypeKind: TypeKind.Struct } => "struct",
        { IsRecord: true } => "record",
        _ => "class",
    };
}
