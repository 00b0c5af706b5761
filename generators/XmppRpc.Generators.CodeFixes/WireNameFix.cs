using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Gives a method a name of its own on the wire (XRPC007), and names that are none a form that is one (XRPC016).</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class WireNameFix : ContractCodeFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [Diagnostics.DuplicateWireName.Id, Diagnostics.InvalidName.Id];

    internal override async Task<IReadOnlyList<Fix>> FindAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        var model = await document.ModelAsync(cancellation).ConfigureAwait(false);
        if (string.Equals(diagnostic.Id, Diagnostics.InvalidName.Id, StringComparison.Ordinal))
            return await document.NodeAsync<AttributeSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is { } attribute ? Respell(document, attribute, model, cancellation) : Edits.None;
        // Where methods of other interfaces collide, the contract itself is the place, and there is nothing to name.
        return await document.NodeAsync<MemberDeclarationSyntax>(diagnostic.Location, cancellation).ConfigureAwait(false) is MethodDeclarationSyntax method
            && model.GetDeclaredSymbol(method, cancellation) is { } symbol
            ? Rename(document, method, symbol)
            : Edits.None;
    }

    private static IReadOnlyList<Fix> Respell(Document document, AttributeSyntax attribute, SemanticModel model, CancellationToken cancellation)
    {
        if (attribute.ArgumentList?.Arguments.FirstOrDefault(argument => argument.NameEquals is null) is not { } argument || model.GetConstantValue(argument.Expression, cancellation).Value is not string name)
            return Edits.None;
        var isContract = attribute.FirstAncestorOrSelf<MemberDeclarationSyntax>() is TypeDeclarationSyntax;
        var better = isContract ? ContractName(name, attribute.FirstAncestorOrSelf<TypeDeclarationSyntax>()!.Identifier.ValueText) : MethodName(name);
        return better.Length == 0 ? Edits.None : [document.InDocument($"Name it \"{better}\"", "name", editor => editor.ReplaceNode(argument.Expression, Literal(better)))];
    }

    /// <summary>A name for a contract of some text, or else of the interface.</summary>
    internal static string ContractName(string text, string type)
    {
        var name = string.Join(".", Words(text, c => c == '-')).ToLowerInvariant();
        return name.Length > 0 ? name : type.TrimStart('I').ToLowerInvariant();
    }

    private static string MethodName(string text)
    {
        var words = Words(text, c => c is '-' or '_' or '.');
        return words.Length == 0 ? "" : words[0] + string.Concat(words.Skip(1).Select(Capital));
    }

    private static string[] Words(string text, Func<char, bool> isJoint) =>
        new string([.. text.Select(c => (c < 128 && char.IsLetterOrDigit(c)) || isJoint(c) ? c : ' ')]).Split([' '], StringSplitOptions.RemoveEmptyEntries);

    private static IReadOnlyList<Fix> Rename(Document document, MethodDeclarationSyntax method, IMethodSymbol symbol)
    {
        var taken = new HashSet<string>(symbol.ContainingType.GetMembers().OfType<IMethodSymbol>().Where(other => !SymbolEqualityComparer.Default.Equals(other, symbol)).Select(WireName), StringComparer.Ordinal);
        var bare = WireNames.OfMethod(symbol.Name);
        var first = symbol.Parameters.FirstOrDefault();
        var names = first is null ? [] : new[] { bare + "By" + Capital(first.Name) };
        var name = names.Prepend(bare).Concat(Enumerable.Range(2, taken.Count + 1).Select(number => bare + number)).First(name => !taken.Contains(name));
        return [document.InDocument($"Name it \"{name}\" on the wire", "wire", editor => Name(editor, method, name))];
    }

    private static void Name(DocumentEditor editor, MethodDeclarationSyntax method, string name)
    {
        var attribute = method.AttributeLists.SelectMany(list => list.Attributes).FirstOrDefault(attribute => attribute.Name.ToString().Split('.').Last() is "RpcMethod" or "RpcMethodAttribute");
        if (attribute is null)
            editor.AddAttribute(method, $"global::XmppRpc.RpcMethod(\"{name}\")");
        else
            editor.ReplaceNode(attribute, attribute.WithArgumentList(SyntaxFactory.AttributeArgumentList(SyntaxFactory.SeparatedList(
                (attribute.ArgumentList?.Arguments.Where(argument => argument.NameEquals is not null) ?? []).Prepend(SyntaxFactory.AttributeArgument(Literal(name)))))).Polished());
    }

    private static string WireName(IMethodSymbol method) => method.FindAttribute(KnownNames.RpcMethodAttribute.Type).FirstText() ?? WireNames.OfMethod(method.Name);

    private static LiteralExpressionSyntax Literal(string text) => SyntaxFactory.LiteralExpression(SyntaxKind.StringLiteralExpression, SyntaxFactory.Literal(text));

    private static string Capital(string word) => word.Length == 0 ? "" : char.ToUpperInvariant(word[0]) + word.Substring(1);
}
