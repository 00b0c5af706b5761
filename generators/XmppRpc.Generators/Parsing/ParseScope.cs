using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>What those share that read one contract.</summary>
internal sealed class ParseScope(Compilation compilation)
{
    public Compilation Compilation => compilation;

    public DataTypes DataTypes { get; } = new();

    public List<Diagnostic> Problems { get; } = [];

    /// <summary>All types that are sent, for what has to be found in them.</summary>
    public List<Payload> Payloads { get; } = [];

    public void Report(DiagnosticDescriptor rule, Location location, params object[] arguments) => Problems.Add(Diagnostic.Create(rule, location, arguments));

    /// <summary>Reports a refusal by the rule of the place where the type stands, or, if it is about what is inside of the type, by the rule for that.</summary>
    public void Report(Refusal refusal, DiagnosticDescriptor rule, Location location, params object[] subject)
    {
        if (refusal.InsideOf is { } type)
            Report(Diagnostics.StreamInsideData, location, type, refusal.Reason);
        else
            Report(rule, location, [.. subject, refusal.Reason]);
    }
}
