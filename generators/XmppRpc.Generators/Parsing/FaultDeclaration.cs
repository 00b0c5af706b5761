using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Parsing;

/// <summary>One <c>[RpcFault]</c> of a method or an interface.</summary>
internal sealed record FaultDeclaration(string Code, ITypeSymbol Detail, AttributeData Attribute)
{
    /// <summary>What is declared, in the order of the codes.</summary>
    public static IReadOnlyList<FaultDeclaration> Of(ISymbol symbol) =>
    [
        .. symbol.GetAttributes()
            .Where(attribute => attribute.AttributeClass?.Is(KnownNames.RpcFaultAttribute.Type) == true)
            .Select(attribute => new FaultDeclaration(attribute.FirstText() ?? "", attribute.AttributeClass!.TypeArguments[0], attribute))
            .OrderBy(fault => fault.Code, StringComparer.Ordinal),
    ];

    /// <summary>Reports what is wrong with the faults of one method or interface, among themselves and beside those it takes from others.</summary>
    public static void Check(IReadOnlyList<FaultDeclaration> own, IReadOnlyList<FaultDeclaration> others, string subject, Location otherwise, ParseScope scope)
    {
        var known = others.ToList();
        foreach (var fault in own)
        {
            var location = fault.Attribute.Location() ?? otherwise;
            if (!WireNames.IsFaultCode(fault.Code))
                scope.Report(Diagnostics.InvalidFault, location, subject, $"'{fault.Code}' is no code; it is made of 1 to {WireNames.MaxFaultCode} characters a-z, 0-9, '.' and '-', for example out-of-stock");
            if ((scope.DataTypes.Refusal(fault.Detail) ?? AccessRefusal(fault.Detail, scope.Compilation)) is { } refusal)
                scope.Report(refusal, Diagnostics.InvalidFault, location, subject);
            if (known.Find(other => other.Code == fault.Code && !SymbolEqualityComparer.Default.Equals(other.Detail, fault.Detail)) is { } twin)
                scope.Report(Diagnostics.InvalidFault, location, subject, $"'{fault.Code}' is declared for '{twin.Detail.Text()}' too; a code has one type");
            known.Add(fault);
        }
    }

    /// <summary>Each code once.</summary>
    public static EquatableArray<FaultModel> Models(IEnumerable<FaultDeclaration> faults) => faults
        .Select(fault => new FaultModel(fault.Code, fault.Detail.BareSource()))
        .Distinct()
        .OrderBy(fault => fault.Code, StringComparer.Ordinal)
        .ToEquatableArray();

    // An attribute's type argument may be less accessible than what the attribute is on; proxy and dispatcher would not compile.
    private static Refusal? AccessRefusal(ITypeSymbol type, Compilation compilation) =>
        type.TypeKind == TypeKind.Error || (compilation.IsSymbolAccessibleWithin(type, compilation.Assembly) && type is not INamedTypeSymbol { IsFileLocal: true })
            ? null
            : new Refusal($"'{type.Text()}' is not accessible in all of the assembly; make it internal");
}
