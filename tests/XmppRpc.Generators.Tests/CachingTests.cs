using System.Collections;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using XmppRpc.Generators.Tests.Harness;

namespace XmppRpc.Generators.Tests;

/// <summary>What an edit runs anew. The trees: 0 a base interface, 1 and 2 a contract each, 3 something else.</summary>
public sealed class CachingTests
{
    private const string Usings = "using System.Threading.Tasks; namespace Acme; ";

    private static readonly string[] Sources =
    [
        Usings + "internal interface IBase { Task BaseAsync(); }",
        Usings + "[XmppRpc.RpcContract(\"acme.first\")] internal partial interface IFirst : IBase { Task PingAsync(); }",
        Usings + "[XmppRpc.RpcContract(\"acme.second\"), XmppRpc.RpcAuthorize(Policy = \"night\")] internal partial interface ISecond { Task<Data> GetAsync(int id = 1); "
            + "[XmppRpc.RpcFault<Data>(\"lost\")] Task<int> SendAsync(System.Collections.Generic.IAsyncEnumerable<Data> rows, [XmppRpc.RpcHeader(\"lang\")] string lang, System.IProgress<int> progress); }",
        Usings + "internal sealed class Data { public int Number { get; set; } }",
    ];

    private readonly CSharpCompilation _before = Compilations.Create(Sources);
    private readonly GeneratorRun _run;

    public CachingTests() => _run = GeneratorRun.Of(_before);

    [Fact]
    public void First_run_is_new() => Assert.Equal(Expected(IncrementalStepRunReason.New, IncrementalStepRunReason.New), Reasons());

    [Theory]
    [InlineData(3, "Number", "Count")]
    [InlineData(3, "internal", "/* a word */ internal")]
    [InlineData(2, "Task<", "/* a word */\n  Task<")]
    [InlineData(1, "Task Ping", "\n\n  Task  /* a word */ Ping")]
    [InlineData(0, "{", "{ // a word\n")]
    public void Edit_that_does_not_matter_runs_nothing(int tree, string old, string edited)
    {
        Edit(tree, old, edited);

        Assert.Equal(Expected(IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Unchanged), Reasons());
        Assert.All(OutputReasons(), reason => Assert.Equal(IncrementalStepRunReason.Cached, reason));
    }

    [Theory]
    [InlineData(1, "Ping", "Pong", true)]
    [InlineData(1, "acme.first", "acme.other", true)]
    [InlineData(0, "BaseAsync", "LowAsync", true)]
    [InlineData(2, "id = 1", "id = 2", false)]
    [InlineData(2, "Policy = \"night\"", "Policy = \"day\"", false)]
    [InlineData(2, "RpcFault<Data>(\"lost\")", "RpcFault<Data>(\"found\")", false)]
    [InlineData(2, "RpcFault<Data>", "RpcFault<int>", false)]
    [InlineData(2, "\"lang\"", "\"language\"", false)]
    [InlineData(2, "IAsyncEnumerable<Data>", "IAsyncEnumerable<int>", false)]
    [InlineData(2, "IProgress<int>", "IProgress<Data>", false)]
    [InlineData(3, "public int Number", "public System.DayOfWeek Day", false)]
    public void Edit_that_matters_runs_exactly_its_contract(int tree, string old, string edited, bool isFirst)
    {
        Edit(tree, old, edited);

        Assert.Equal(
            isFirst
                ? Expected(IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged)
                : Expected(IncrementalStepRunReason.Unchanged, IncrementalStepRunReason.Modified),
            Reasons());
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Cached], OutputReasons().Order());
    }

    [Theory]
    [InlineData("Parts")]
    [InlineData("Inheritance")]
    [InlineData("Faults")]
    [InlineData("Access")]
    [InlineData("Global")]
    public void Order_of_the_files_does_not_change_the_output(string shape)
    {
        var sources = SampleContracts.All[shape];
        var expected = GeneratorRun.Of(sources).Text;

        foreach (var rotation in Enumerable.Range(1, sources.Length))
        {
            string[] rotated = [.. sources[(rotation % sources.Length)..], .. sources[..(rotation % sources.Length)]];
            Assert.Equal(expected, GeneratorRun.Of(rotated).Text);
            Assert.Equal(expected, GeneratorRun.Of([.. rotated.Reverse()]).Text);
        }
    }

    [Theory]
    [InlineData("Inheritance", "Defaults", "Enums")]
    [InlineData("Upload")]
    [InlineData("Headers")]
    [InlineData("Faults")]
    public void Nothing_of_the_compilation_is_kept(params string[] shapes)
    {
        var run = GeneratorRun.Of([.. shapes.SelectMany(shape => SampleContracts.All[shape])]);
        var visited = new HashSet<object>(ReferenceEqualityComparer.Instance);

        foreach (var (value, _) in run.Result.TrackedSteps[ContractGenerator.ContractsStep].SelectMany(step => step.Outputs))
            Walk(value, visited);

        Assert.Contains(visited, value => value is Model.ParameterModel or Model.FaultModel);
    }

    [Fact]
    public void Contract_named_twice_does_not_end_the_generator()
    {
        var run = GeneratorRun.Of(Sources[2], "namespace Acme; [XmppRpc.RpcContract(\"acme.twice\")] partial interface ISecond;", Sources[3]);

        Assert.Single(run.Result.GeneratedSources);
    }

    private static void Walk(object? value, HashSet<object> visited)
    {
        if (value is null or string or Enum || value.GetType().IsPrimitive || !visited.Add(value))
            return;
        Assert.False(value is ISymbol or SyntaxNode or SyntaxTree or Compilation or SemanticModel or Location or Diagnostic, $"A {value.GetType()} is kept.");
        if (value is IEnumerable items)
            foreach (var item in items)
                Walk(item, visited);
        for (var type = value.GetType(); type is not null; type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).Where(field => !field.FieldType.IsPointer))
                Walk(field.GetValue(value), visited);
    }

    private void Edit(int tree, string old, string edited)
    {
        Assert.Contains(old, Sources[tree], StringComparison.Ordinal);
        var before = _before.SyntaxTrees[tree];
        var after = CSharpSyntaxTree.ParseText(Sources[tree].Replace(old, edited, StringComparison.Ordinal), Compilations.ParseOptions(), before.FilePath);
        _run.Again(_before.ReplaceSyntaxTree(before, after));
    }

    private Dictionary<string, IncrementalStepRunReason> Reasons() => _run.Result.TrackedSteps[ContractGenerator.ContractsStep]
        .SelectMany(step => step.Outputs)
        .ToDictionary(output => ((Model.ContractModel)output.Value).Name, output => output.Reason switch
        {
            IncrementalStepRunReason.Cached => IncrementalStepRunReason.Unchanged,
            var reason => reason,
        }, StringComparer.Ordinal);

    private IEnumerable<IncrementalStepRunReason> OutputReasons() => _run.Result.TrackedOutputSteps.SelectMany(steps => steps.Value).SelectMany(step => step.Outputs).Select(output => output.Reason);

    private static Dictionary<string, IncrementalStepRunReason> Expected(IncrementalStepRunReason first, IncrementalStepRunReason second) => new(StringComparer.Ordinal) { ["IFirst"] = first, ["ISecond"] = second };
}
