using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Takes back what an attribute of a method cannot mean: a one-way call that answers (XRPC011), settings of a stream that do not fit (XRPC013).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class MethodSettingsFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.OneWayWithResult.Id, Diagnostics.InvalidStreamSettings.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (await document.NodeAsync<AttributeSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is not { } attribute)
            return Edits.None;
        if (string.Equals(diagnostic.Id, Diagnostics.OneWayWithResult.Id, StringComparison.Ordinal))
            return Argument(attribute, KnownNames.RpcMethodAttribute.OneWay) is { } oneWay
                ? [document.InDocument("Remove OneWay", "oneway", editor => RemoveArguments(editor, attribute, [oneWay]))]
                : [document.InDocument("Remove the fault", "fault", editor => Remove(editor, attribute))];
        var model = await document.ModelAsync(cancellation).ConfigureAwait(false);
        var values = Arguments(attribute).ToDictionary(argument => argument, argument => model.GetConstantValue(argument.Expression, cancellation).Value as int?);
        var invalid = values.Where(value => value.Value < 1).Select(value => value.Key).ToList();
        if (invalid.Count > 0)
            return [document.InDocument($"Remove {string.Join(" and ", invalid.Select(Name))}", "default", editor => RemoveArguments(editor, attribute, invalid))];
        return Widening(document, attribute, values, KnownNames.RpcStreamAttribute.Window, KnownNames.RpcStreamAttribute.MaxBatch)
            ?? Widening(document, attribute, values, KnownNames.RpcStreamAttribute.WindowBytes, KnownNames.RpcStreamAttribute.MaxBatchBytes)
            ?? [document.InDocument("Remove [RpcStream]", "stream", editor => Remove(editor, attribute))];
    }

    private static IReadOnlyList<Fix>? Widening(Document document, AttributeSyntax attribute, Dictionary<AttributeArgumentSyntax, int?> values, string window, string batch) =>
        Argument(attribute, window) is { } most && Argument(attribute, batch) is { } size && values[most] < values[size]
            ? [document.InDocument($"Set {window} to {size.Expression}", "window", editor => editor.ReplaceNode(most.Expression, size.Expression.WithTriviaFrom(most.Expression)))]
            : null;

    private static IEnumerable<AttributeArgumentSyntax> Arguments(AttributeSyntax attribute) => attribute.ArgumentList?.Arguments.Where(argument => argument.NameEquals is not null) ?? [];

    private static AttributeArgumentSyntax? Argument(AttributeSyntax attribute, string name) => Arguments(attribute).FirstOrDefault(argument => string.Equals(Name(argument), name, StringComparison.Ordinal));

    private static string Name(AttributeArgumentSyntax argument) => argument.NameEquals!.Name.Identifier.ValueText;

    // An attribute that says nothing any more goes; [RpcStream] means a stream even so, but the defaults are what it would have.
    private static void RemoveArguments(DocumentEditor editor, AttributeSyntax attribute, List<AttributeArgumentSyntax> arguments)
    {
        if (attribute.ArgumentList!.Arguments.Count == arguments.Count)
            Remove(editor, attribute);
        else
            foreach (var argument in arguments)
                editor.RemoveNode(argument);
    }

    private static void Remove(DocumentEditor editor, AttributeSyntax attribute)
    {
        if (attribute.Parent is AttributeListSyntax { Attributes.Count: > 1 })
        {
            editor.RemoveNode(attribute);
            return;
        }
        var list = (AttributeListSyntax)attribute.Parent!;
        editor.ReplaceNode(list.Parent!, (current, _) =>
        {
            var method = (MethodDeclarationSyntax)current;
            var gone = method.AttributeLists.First(other => other.IsEquivalentTo(list));
            var leading = method.GetLeadingTrivia();
            return method.WithAttributeLists(method.AttributeLists.Remove(gone)).WithLeadingTrivia(leading);
        });
    }
}
