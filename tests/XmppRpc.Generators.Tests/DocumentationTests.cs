using System.Reflection;
using System.Runtime.Loader;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using XmppRpc.Generators.Tests.Harness;
using XmppRpc.TestKit;

namespace XmppRpc.Generators.Tests;

/// <summary>The code that newcomers copy is compiled, with the generator, and run.</summary>
public sealed partial class DocumentationTests
{
    private const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Runtime.CompilerServices;
        using System.Text.Json.Serialization;
        using System.Threading;
        using System.Threading.Tasks;
        using XmppRpc;
        using XmppRpc.LocalServer;

        """;

    [Fact]
    public async Task Hello_world_of_the_readme_has_seven_lines_and_says_hello()
    {
        var hello = Blocks("README.md")[0];
        Assert.Equal(7, hello.Trim().Split('\n').Length);
        Assert.Equal("Hello, world!\n", await RunAsync(hello));
    }

    [Fact]
    public void Contract_of_the_readme_compiles()
    {
        var types = "public sealed record Loan(int Id); public sealed record Decision(bool Yes); public sealed record Application(string Who); public sealed record Payment(int Amount);\n"
            + "[JsonSerializable(typeof(Loan)), JsonSerializable(typeof(Decision)), JsonSerializable(typeof(Application)), JsonSerializable(typeof(Payment))] public sealed partial class LoansJson : JsonSerializerContext;\n";
        Assert.Empty(Compile(Blocks("README.md")[1] + types, OutputKind.DynamicallyLinkedLibrary, out _));
    }

    [Fact]
    public async Task Pieces_of_getting_started_are_one_program_that_runs()
    {
        var blocks = Blocks("docs/getting-started.md");
        var program = string.Concat(blocks.Where(block => !IsType(block)).Concat(blocks.Where(IsType)));
        Assert.Equal("""
            Ann has 5000, Open
            InvalidArgument amount, outcome Executed: The amount must be above 0.
            True: the board likes you
            2026-01-31 100
            2026-02-28 100
            2026-03-28 100

            """.ReplaceLineEndings("\n"), await RunAsync(program));
    }

    [Fact]
    public async Task Pieces_of_calls_in_depth_are_one_program_that_runs()
    {
        var blocks = Blocks("docs/calls.md");
        var program = "using System.Linq;\nusing XmppRpc.Xmpp;\n" + string.Concat(blocks.Where(block => !IsType(block)).Concat(blocks.Where(IsType)));
        Assert.Equal("""
            beta of ann, headers: lang, tenant, trace
            shop@localhost/main says shelf 9
            6
            A-1 costs 3
            A-2 costs 3
            A-3 costs 3
            3 boxes
            2 left, again in 1.00:00:00: Come back on Monday.

            """.ReplaceLineEndings("\n"), await RunAsync(program));
    }

    [Fact]
    public void Pieces_of_the_connections_readme_compile()
    {
        Assert.Empty(Compile(string.Concat(Blocks("src/XmppRpc.Xmpp/README.md")), OutputKind.ConsoleApplication, out _));
    }

    private static bool IsType(string block) => block.StartsWith('[') || block.StartsWith("public", StringComparison.Ordinal);

    private static List<string> Blocks(string file) =>
        [.. CodeBlock().Matches(File.ReadAllText(Path.Combine(RepositoryRoot.Path, file)).ReplaceLineEndings("\n")).Select(match => match.Groups["code"].Value)];

    private static async Task<string> RunAsync(string program)
    {
        Assert.Empty(Compile(program, OutputKind.ConsoleApplication, out var image));
        using var output = new StringWriter { NewLine = "\n" };
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            var entry = new AssemblyLoadContext("documentation", isCollectible: true).LoadFromStream(new MemoryStream(image)).EntryPoint!;
            // The entry point waits for the program, so it gets a thread of its own.
            await Task.Factory.StartNew(() => entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, entry.GetParameters().Length == 0 ? null : [Array.Empty<string>()], null),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        finally
        {
            Console.SetOut(console);
        }
        return output.ToString();
    }

    private static string Compile(string code, OutputKind kind, out byte[] image)
    {
        var compilation = Compilations.CreateProgram(Usings + code, kind);
        CSharpGeneratorDriver.Create([new ContractGenerator().AsSourceGenerator(), .. Compilations.FrameworkGenerators()], parseOptions: Compilations.ParseOptions())
            .RunGeneratorsAndUpdateCompilation(compilation, out var full, out _);
        using var output = new MemoryStream();
        // What newcomers copy brings no warnings of ours along; the compiler's are about what the pieces leave out.
        var findings = full.WithAnalyzers(Rules.Analyzers).GetAnalyzerDiagnosticsAsync().GetAwaiter().GetResult().Where(finding => finding.Severity >= DiagnosticSeverity.Warning);
        var problems = full.Emit(output).Diagnostics.Where(problem => problem.Severity >= DiagnosticSeverity.Error).Concat(findings);
        image = output.ToArray();
        return string.Join("\n", problems);
    }

    [GeneratedRegex("```csharp\n(?<code>[^`]*(?:`[^`]+)*?)```", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex CodeBlock();
}
