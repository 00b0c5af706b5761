using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>A type that is sent, and where the contract says so.</summary>
internal sealed record Payload(ITypeSymbol Type, Location Location);
