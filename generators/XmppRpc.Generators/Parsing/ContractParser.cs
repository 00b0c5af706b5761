using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Parsing;

/// <summary>Reads a contract once for both heads: the generator takes the model, the analyzer the problems.</summary>
internal sealed class ContractParser
{
    private readonly INamedTypeSymbol _contract;
    private readonly ContractIdentity _identity;
    private readonly Location _location;
    private readonly ParseScope _scope;
    private bool _isComplete = true;

    private ContractParser(INamedTypeSymbol contract, ContractIdentity identity, Compilation compilation)
    {
        (_contract, _identity, _scope) = (contract, identity, new ParseScope(compilation));
        // The part with the attribute is the one a person looks at, whatever the order of the files.
        var place = contract.FindAttribute(KnownNames.RpcContractAttribute.Type)?.ApplicationSyntaxReference;
        _location = contract.Locations.FirstOrDefault(location => location.SourceTree == place?.SyntaxTree) ?? contract.Locations[0];
    }

    public static ContractParse Parse(INamedTypeSymbol contract, Compilation compilation, CancellationToken cancellation) =>
        ContractIdentity.Of(contract) is { } identity ? new ContractParser(contract, identity, compilation).Parse(cancellation) : new ContractParse(null, [], []);

    private ContractParse Parse(CancellationToken cancellation)
    {
        _scope.Problems.AddRange(ContractDeclaration.Check(_contract, _location));
        _scope.Problems.AddRange(ContractIdentity.Check(_contract, _scope.Compilation, _location));
        CheckFaults();
        var methods = Methods(cancellation);
        CheckWireNames(methods);
        return new ContractParse(_scope.Problems.Count == 0 && _isComplete ? Model(methods, cancellation) : null, [.. _scope.Problems], [.. _scope.Payloads]);
    }

    private ContractModel Model(List<MethodModel> methods, CancellationToken cancellation) => new(
        ContractDeclaration.HintName(_contract, _scope.Compilation, cancellation),
        _contract.ContainingNamespace.IsGlobalNamespace ? null : _contract.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)),
        ContractDeclaration.OuterTypes(_contract).ToEquatableArray(),
        _contract.Name.Escaped(),
        _contract.Name,
        _contract.BareSource(),
        _identity.Name,
        _identity.Version,
        _contract.FindAttribute(KnownNames.RpcContractAttribute.Type).Named<ITypeSymbol>(KnownNames.RpcContractAttribute.JsonContext)?.BareSource(),
        Sorted(EnumFinder.Find(_scope.Payloads.Select(payload => payload.Type), _scope.Compilation, cancellation)),
        methods.ToEquatableArray(),
        Sorted(_scope.Payloads.Select(payload => payload.Type.BareSource())));

    // Parts of an interface come in the order of the files, so what is found in them is put in an order of its own.
    private static EquatableArray<string> Sorted(IEnumerable<string> names) => names.Distinct(StringComparer.Ordinal).OrderBy(name => name, StringComparer.Ordinal).ToEquatableArray();

    private List<MethodModel> Methods(CancellationToken cancellation)
    {
        var methods = new List<MethodModel>();
        foreach (var type in Interfaces())
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var member in type.GetMembers().Where(member => member.IsAbstract))
                if (Method(member) is { } method)
                    methods.Add(method);
        }
        return [.. methods
            .OrderBy(method => method.DeclaredBy == _contract.BareSource() ? 0 : 1)
            .ThenBy(method => method.WireContract, StringComparer.Ordinal)
            .ThenBy(method => method.WireName, StringComparer.Ordinal)
            .ThenBy(method => method.DeclaredBy, StringComparer.Ordinal)];
    }

    private MethodModel? Method(ISymbol member)
    {
        // Accessors go with their property or event.
        if (member is IMethodSymbol { AssociatedSymbol: not null })
            return null;
        if (MemberRefusal(member) is { } refusal)
        {
            _scope.Report(Diagnostics.UnsupportedMember, LocationOf(member), member.Name, refusal);
            return null;
        }
        var method = new MethodParser((IMethodSymbol)member, Owner(member.ContainingType), LocationOf(member), _scope).Parse();
        _isComplete &= method is not null;
        return method;
    }

    // A base interface that is no contract lends its methods to this one; the decision on who may call comes with them, and the faults do.
    private OwnerSettings Owner(INamedTypeSymbol declaring)
    {
        var restrictions = Restrictions(declaring).ToEquatableArray();
        var faults = FaultDeclaration.Of(declaring);
        return ContractIdentity.Of(declaring) is { } owner
            ? new OwnerSettings(owner, owner.Access, restrictions, faults)
            : new OwnerSettings(_identity, ContractIdentity.AccessOf(declaring) ?? _identity.Access, restrictions, [.. faults, .. FaultDeclaration.Of(_contract)]);
    }

    // Inherited contracts are checked by themselves; interfaces that lend are only checked here.
    private void CheckFaults()
    {
        var own = FaultDeclaration.Of(_contract);
        FaultDeclaration.Check(own, [], _contract.Name, _location, _scope);
        foreach (var lender in Interfaces().Where(type => ContractIdentity.Of(type) is null))
            FaultDeclaration.Check(FaultDeclaration.Of(lender), own, lender.Name, _location, _scope);
    }

    private IEnumerable<INamedTypeSymbol> Interfaces() => ImmutableArray.Create(_contract).Concat(_contract.AllInterfaces).Where(type => !type.OriginalDefinition.Is(KnownNames.RpcContract.Type));

    // Whoever inherits may narrow who calls, never widen it.
    private IEnumerable<AccessModel> Restrictions(INamedTypeSymbol declaring) => ImmutableArray.Create(_contract).Concat(_contract.AllInterfaces)
        .Where(heir => heir.AllInterfaces.Contains(declaring, SymbolEqualityComparer.Default))
        .Select(ContractIdentity.AccessOf)
        .OfType<AccessModel>()
        .Where(access => !access.AllowsAnyone)
        .Distinct()
        .OrderBy(access => access.Domains, StringComparer.Ordinal)
        .ThenBy(access => access.RosterGroups, StringComparer.Ordinal)
        .ThenBy(access => access.Policy, StringComparer.Ordinal);

    private static string? MemberRefusal(ISymbol member) => member switch
    {
        { IsStatic: true } => "it is static abstract, and a call needs an instance",
        IPropertySymbol { IsIndexer: true } => "it is an indexer; declare a method",
        IPropertySymbol => "it is a property; declare a method",
        IEventSymbol => "it is an event; declare a method that returns IAsyncEnumerable<T>",
        not IMethodSymbol => "only methods can be called",
        { DeclaredAccessibility: not Accessibility.Public } => "it is not public",
        _ => null,
    };

    private void CheckWireNames(List<MethodModel> methods)
    {
        foreach (var twins in methods.GroupBy(method => method.WireContract + "/" + method.WireName, StringComparer.Ordinal).Where(group => group.Count() > 1))
            foreach (var twin in twins.Skip(1))
                _scope.Report(Diagnostics.DuplicateWireName, LocationOf(twin), twins.First().Name, twin.Name, twins.Key);
    }

    private Location LocationOf(MethodModel method) => _contract.GetMembers(method.Name).LastOrDefault() is { } member && method.DeclaredBy == _contract.BareSource() ? LocationOf(member) : _location;

    // What is inherited may be anywhere, so its problems are shown where it gets into this contract.
    private Location LocationOf(ISymbol member) =>
        SymbolEqualityComparer.Default.Equals(member.ContainingType, _contract) ? member.Locations.FirstOrDefault(location => location.IsInSource) ?? _location : _location;
}
