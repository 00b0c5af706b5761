using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Formatting;
using Microsoft.CodeAnalysis.Simplification;

namespace XmppRpc.Generators.CodeFixes;

/// <summary>Edits that many fixes make. What is added is written in full, then simplified and formatted by the workspace.</summary>
internal static class Edits
{
    /// <summary>The innermost node of a kind around a place.</summary>
    public static async Task<T?> NodeAsync<T>(this Document document, Location location, CancellationToken cancellation) where T : SyntaxNode =>
        (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))?.FindNode(location.SourceSpan, getInnermostNodeForTie: true).FirstAncestorOrSelf<T>();

    public static async Task<SemanticModel> ModelAsync(this Document document, CancellationToken cancellation) =>
        await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) ?? throw new InvalidOperationException($"'{document.Name}' has no semantic model.");

    /// <summary>A fix of one document.</summary>
    public static Fix InDocument(this Document document, string title, string key, Action<DocumentEditor> edit) => new(title, key, async (editor, cancellation) =>
        edit(await editor.GetDocumentEditorAsync(document.Id, cancellation).ConfigureAwait(false)));

    /// <summary>Edits a node in whichever document of the solution holds it; not at all where none does.</summary>
    public static async Task EditAsync(this SolutionEditor editor, SyntaxNode node, Action<DocumentEditor> edit, CancellationToken cancellation)
    {
        if (editor.OriginalSolution.GetDocument(node.SyntaxTree) is { } document and not SourceGeneratedDocument)
            edit(await editor.GetDocumentEditorAsync(document.Id, cancellation).ConfigureAwait(false));
    }

    /// <summary>Adds an attribute, <c>global::Some.Thing("x")</c>, in a list of its own below the others, unless it is there in the same words.</summary>
    public static void AddAttribute(this DocumentEditor editor, SyntaxNode declaration, string attribute)
    {
        var line = declaration is not ParameterSyntax && StartsLine(declaration);
        editor.ReplaceNode(declaration, (current, _) => AttributeLists(current).SelectMany(list => list.Attributes).Any(other => string.Equals(other.ToString(), attribute, StringComparison.Ordinal))
            ? current
            : WithAttribute(current, Parse("[" + attribute + "] class C;").AttributeLists[0], line));
    }

    private static SyntaxNode WithAttribute(SyntaxNode declaration, AttributeListSyntax list, bool startsLine)
    {
        var lists = AttributeLists(declaration);
        var last = lists.LastOrDefault();
        var line = last is null ? startsLine : last.GetTrailingTrivia().Any(SyntaxKind.EndOfLineTrivia);
        var leading = declaration.GetLeadingTrivia();
        var indentation = leading.Any() && leading.Last().IsKind(SyntaxKind.WhitespaceTrivia) ? SyntaxFactory.TriviaList(leading.Last()) : default;
        list = list.WithTrailingTrivia(line ? SyntaxFactory.EndOfLine(NewLine(declaration)) : SyntaxFactory.Space).WithAdditionalAnnotations(Simplifier.Annotation);
        if (last is not null)
            return WithAttributeLists(declaration, lists.Add(list.WithLeadingTrivia(line ? indentation : default)));
        // What stood above the declaration stands above its attributes now.
        return WithAttributeLists(declaration.WithLeadingTrivia(line ? indentation : default), [list.WithLeadingTrivia(leading)]);
    }

    private static bool StartsLine(SyntaxNode declaration) =>
        declaration.GetFirstToken().GetPreviousToken() is var previous && (previous.IsKind(SyntaxKind.None) || previous.TrailingTrivia.Any(SyntaxKind.EndOfLineTrivia) || declaration.GetLeadingTrivia().Any(SyntaxKind.EndOfLineTrivia));

    /// <summary>How lines end in the file of a node.</summary>
    public static string NewLine(SyntaxNode node) =>
        node.SyntaxTree.GetRoot().DescendantTrivia().FirstOrDefault(trivia => trivia.IsKind(SyntaxKind.EndOfLineTrivia)) is var end && end.IsKind(SyntaxKind.EndOfLineTrivia) ? end.ToString() : "\n";

    /// <summary>Adds <c>partial</c> where it is missing; it stands last.</summary>
    public static void AddPartial(this DocumentEditor editor, TypeDeclarationSyntax type) => editor.ReplaceNode(type, (current, generator) =>
        generator.WithModifiers(current, generator.GetModifiers(current).WithPartial(true)));

    public static T Polished<T>(this T node) where T : SyntaxNode => node.WithAdditionalAnnotations(Simplifier.Annotation, Formatter.Annotation);

    public static TypeSyntax Type(string text) => SyntaxFactory.ParseTypeName(text).Polished();

    public static BaseTypeDeclarationSyntax Parse(string declaration) => (BaseTypeDeclarationSyntax)SyntaxFactory.ParseMemberDeclaration(declaration)!;

    public static IReadOnlyList<Fix> None => [];

    private static SyntaxList<AttributeListSyntax> AttributeLists(SyntaxNode declaration) => declaration switch
    {
        MemberDeclarationSyntax member => member.AttributeLists,
        ParameterSyntax parameter => parameter.AttributeLists,
        _ => default,
    };

    private static SyntaxNode WithAttributeLists(SyntaxNode declaration, SyntaxList<AttributeListSyntax> lists) => declaration switch
    {
        MemberDeclarationSyntax member => member.WithAttributeLists(lists),
        ParameterSyntax parameter => parameter.WithAttributeLists(lists),
        _ => declaration,
    };
}
