using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace XmppRpc.Generators.Tests.Harness;

/// <summary>Compilations of sources against the framework and the real runtime, with everything the compiler can complain about as an error.</summary>
internal static class Compilations
{
    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .Concat([typeof(RpcContractAttribute).Assembly.Location, typeof(Xmpp.Jid).Assembly.Location])
            .Distinct(StringComparer.Ordinal)
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Two languages: the oldest that the output is written for, and the newest this compiler has.</summary>
    public static readonly LanguageVersion[] Languages = [LanguageVersion.CSharp12, LanguageVersion.Preview];

    public static CSharpParseOptions ParseOptions(LanguageVersion language = LanguageVersion.Preview) => new(language, DocumentationMode.Diagnose);

    public static CSharpCompilation Create(params IEnumerable<string> sources) => Create(LanguageVersion.Preview, sources);

    public static CSharpCompilation Create(LanguageVersion language, IEnumerable<string> sources) => CSharpCompilation.Create(
        "Acme",
        sources.Select((source, i) => CSharpSyntaxTree.ParseText(source, ParseOptions(language), $"Source{i}.cs", System.Text.Encoding.UTF8)),
        References,
        new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, warningLevel: 9999, generalDiagnosticOption: ReportDiagnostic.Error));

    /// <summary>The compilation as an assembly that others can reference.</summary>
    public static MetadataReference ToReference(this Compilation compilation)
    {
        using var output = new MemoryStream();
        Assert.True(compilation.Emit(output).Success);
        return MetadataReference.CreateFromImage(output.ToArray());
    }

    /// <summary>Everything the compiler says, as text; nothing if it compiles cleanly.</summary>
    public static string Complaints(this Compilation compilation)
    {
        using var output = new MemoryStream();
        return string.Join("\n", compilation.Emit(output).Diagnostics.Where(problem => problem.Severity > DiagnosticSeverity.Hidden));
    }
}
