using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Parsing;

/// <summary>What came of a contract: its model for the generator, or the problems for the analyzer. Neither, where the compiler has said enough.</summary>
internal sealed record ContractParse(ContractModel? Model, ImmutableArray<Diagnostic> Problems, ImmutableArray<Payload> Payloads);
