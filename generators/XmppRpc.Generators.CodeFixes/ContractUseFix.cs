using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using XmppRpc.Generators.Analyzers;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Gives an interface, where it is served or called, what it lacks: a word on who may call (XRPC060), or all that makes it a contract (XRPC090).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class ContractUseFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.NoAccessDecision.Id, Diagnostics.NotAContract.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (!diagnostic.Properties.TryGetValue(AccessAnalyzer.ContractProperty, out var id) || id is null
            || await Declarations.FindAsync(document.Project, id, cancellation).ConfigureAwait(false) is not InterfaceDeclarationSyntax contract)
            return Edits.None;
        var name = contract.Identifier.ValueText;
        if (string.Equals(diagnostic.Id, Diagnostics.NoAccessDecision.Id, StringComparison.Ordinal))
            return
            [
                Add($"Let only the own domain call '{name}': [RpcAuthorize]", "authorize", contract, "global::XmppRpc.RpcAuthorize"),
                Add($"Let anyone call '{name}': [RpcAllowAnyone]", "anyone", contract, "global::XmppRpc.RpcAllowAnyone"),
            ];
        if (contract.TypeParameterList is not null)
            return Edits.None;
        var wire = WireNameFix.ContractName(Space(contract) + " " + Bare(name), name);
        return
        [
            new Fix($"Make '{name}' the contract \"{wire}\"", "contract", (editor, stop) => editor.EditAsync(contract, target =>
            {
                target.AddAttribute(contract, $"global::XmppRpc.RpcContract(\"{wire}\")");
                foreach (var type in contract.AncestorsAndSelf().OfType<TypeDeclarationSyntax>())
                    target.AddPartial(type);
            }, stop)),
        ];
    }

    private static Fix Add(string title, string key, InterfaceDeclarationSyntax contract, string attribute) =>
        new(title, key, (editor, stop) => editor.EditAsync(contract, target => target.AddAttribute(contract, attribute), stop));

    private static string Space(SyntaxNode node) => node.FirstAncestorOrSelf<BaseNamespaceDeclarationSyntax>()?.Name.ToString().Replace('.', ' ') ?? "";

    private static string Bare(string name) => name.Length > 1 && name[0] == 'I' && char.IsUpper(name[1]) ? name.Substring(1) : name;
}
