using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using XmppRpc.Generators.History;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Retires the lines of a contract that is gone (XRPC053). The finding is in <c>RpcContracts.txt</c>, so this is no fix of code.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, DocumentKinds = [nameof(TextDocumentKind.AdditionalDocument)], DocumentExtensions = [".txt"]), Shared]
public sealed class RetireContractFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.ContractRemoved.Id];

    /// <summary>None: each contract that goes is a decision.</summary>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        // In code the same rule says that the version went down, which only a person can mend.
        if (context.TextDocument is not AdditionalDocument file)
            return;
        var text = await file.GetTextAsync(context.CancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in context.Diagnostics)
            if (RecordedMethod.Parse(text.ToString(diagnostic.Location.SourceSpan)) is { } line)
                context.RegisterCodeFix(CodeAction.Create($"Retire '{line.Contract}'", stop => Task.FromResult(file.Project.Solution.WithAdditionalDocumentText(file.Id, SourceText.From(HistoryText.Retire(text.ToString(), line.Contract), text.Encoding))), "retire-contract"), diagnostic);
    }
}
