using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Parsing;

/// <summary>What <c>[RpcContract]</c> and the attributes beside it say; a method takes from it what it does not say itself.</summary>
internal sealed record ContractIdentity(string Name, int Version, double TimeoutSeconds, AccessModel? Access)
{
    private static readonly double MaxSeconds = Math.Floor(TimeSpan.MaxValue.TotalSeconds);

    public static ContractIdentity? Of(INamedTypeSymbol type) => type.FindAttribute(KnownNames.RpcContractAttribute.Type) is { } attribute
        ? new ContractIdentity(
            attribute.FirstText() ?? "",
            attribute.NamedArguments.Any(argument => string.Equals(argument.Key, KnownNames.RpcContractAttribute.Version, StringComparison.Ordinal))
                ? attribute.Named<int>(KnownNames.RpcContractAttribute.Version)
                : 1,
            attribute.Named<double>(KnownNames.RpcContractAttribute.TimeoutSeconds),
            AccessOf(type))
        : null;

    /// <summary>The decision that stands on a method or an interface; null if none does.</summary>
    public static AccessModel? AccessOf(ISymbol symbol)
    {
        // Both at once is a contradiction: the narrower one wins.
        if (symbol.FindAttribute(KnownNames.RpcAuthorizeAttribute.Type) is { } authorize)
            return new AccessModel(
                AllowsAnyone: false,
                authorize.Named<string>(KnownNames.RpcAuthorizeAttribute.Domains),
                authorize.Named<string>(KnownNames.RpcAuthorizeAttribute.RosterGroups),
                authorize.Named<string>(KnownNames.RpcAuthorizeAttribute.Policy));
        return symbol.FindAttribute(KnownNames.RpcAllowAnyoneAttribute.Type) is null ? null : new AccessModel(AllowsAnyone: true, Domains: null, RosterGroups: null, Policy: null);
    }

    public static bool IsTimeout(double seconds) => seconds >= 0 && seconds <= MaxSeconds;

    /// <summary>Reports what is wrong with a contract's own attribute.</summary>
    public static IEnumerable<Diagnostic> Check(INamedTypeSymbol contract, Compilation compilation, Location otherwise)
    {
        var attribute = contract.FindAttribute(KnownNames.RpcContractAttribute.Type);
        if (attribute is null || Of(contract) is not { } identity)
            yield break;
        var location = attribute.Location() ?? otherwise;
        if (!WireNames.IsContractName(identity.Name))
            yield return Diagnostic.Create(Diagnostics.InvalidName, location, identity.Name, "a contract's name is made of a-z, 0-9, '.' and '-', for example acme.orders");
        if (identity.Version < 1)
            yield return Diagnostic.Create(Diagnostics.InvalidSettings, location, KnownNames.RpcContractAttribute.Version, contract.Name, "versions count from 1");
        if (!IsTimeout(identity.TimeoutSeconds))
            yield return Diagnostic.Create(Diagnostics.InvalidSettings, location, KnownNames.RpcContractAttribute.TimeoutSeconds, contract.Name, "it is a number of seconds, or 0 for the endpoint's default");
        if (attribute.Named<ITypeSymbol>(KnownNames.RpcContractAttribute.JsonContext) is { TypeKind: not TypeKind.Error } context && !IsJsonContext(context, compilation))
            yield return Diagnostic.Create(Diagnostics.InvalidSettings, location, KnownNames.RpcContractAttribute.JsonContext, contract.Name, $"'{context.Text()}' is no accessible class that derives from JsonSerializerContext");
    }

    private static bool IsJsonContext(ITypeSymbol type, Compilation compilation) =>
        type is INamedTypeSymbol { IsUnboundGenericType: false, IsAbstract: false }
        && type.Inherits("System.Text.Json.Serialization.JsonSerializerContext")
        && compilation.IsSymbolAccessibleWithin(type, compilation.Assembly);
}
