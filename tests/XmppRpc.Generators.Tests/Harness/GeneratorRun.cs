using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace XmppRpc.Generators.Tests.Harness;

/// <summary>One run of the generator, or several with what it keeps between them.</summary>
internal sealed class GeneratorRun
{
    private GeneratorDriver _driver;

    private GeneratorRun(LanguageVersion language) => _driver = CSharpGeneratorDriver.Create(
        [new ContractGenerator().AsSourceGenerator()],
        parseOptions: Compilations.ParseOptions(language),
        driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    public Compilation Output { get; private set; } = null!;

    public GeneratorRunResult Result { get; private set; }

    /// <summary>The generated files in one text, each under its name; without the version, which changes by itself.</summary>
    public string Text => string.Join("\n", Result.GeneratedSources.OrderBy(source => source.HintName, StringComparer.Ordinal).Select(source => $"// ==== {source.HintName}\n{source.SourceText}"))
        .Replace($"\"{typeof(ContractGenerator).Assembly.GetName().Version}\"", "\"{Version}\"", StringComparison.Ordinal);

    public static GeneratorRun Of(params string[] sources) => Of(Compilations.Create(sources));

    public static GeneratorRun Of(CSharpCompilation compilation) => new GeneratorRun(compilation.LanguageVersion).Again(compilation);

    public GeneratorRun Again(Compilation compilation)
    {
        _driver = _driver.RunGeneratorsAndUpdateCompilation(compilation, out var output, out _);
        Output = output;
        Result = _driver.GetRunResult().Results.Single();
        Assert.Null(Result.Exception);
        return this;
    }
}
