using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Parsing;

/// <summary>What a method takes from the interfaces it is reached by.</summary>
/// <param name="Contract">The contract it belongs to on the wire.</param>
/// <param name="Access">Who may call it, unless it says so itself.</param>
/// <param name="Restrictions">What contracts that inherit it demand besides.</param>
/// <param name="Faults">What it may answer with besides its own.</param>
internal sealed record OwnerSettings(ContractIdentity Contract, AccessModel? Access, EquatableArray<AccessModel> Restrictions, IReadOnlyList<FaultDeclaration> Faults);
