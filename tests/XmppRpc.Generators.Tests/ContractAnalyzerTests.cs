using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Analyzers;
using XmppRpc.Generators.Tests.Harness;
using XmppRpc.TestKit;

namespace XmppRpc.Generators.Tests;

public sealed class ContractAnalyzerTests
{
    private const string Usings = """
        #nullable enable
        using System;
        using System.Collections.Generic;
        using System.IO;
        using System.Threading;
        using System.Threading.Tasks;
        using XmppRpc;
        namespace Acme;
        """;

    // A contract with these members.
    private static string With(string members) => $$"""{{Usings}} [RpcContract("acme.c")] internal partial interface IC { {{members}} }""";

    public static TheoryData<string, string, string> Bad => new()
    {
        { "XRPC001", Usings + "[RpcContract(\"acme.c\")] internal interface IC;", "IC" },
        { "XRPC001", Usings + "internal class Outer { [RpcContract(\"acme.c\")] internal partial interface IC; }", "Outer" },
        { "XRPC002", Usings + "internal partial class Outer { [RpcContract(\"acme.c\")] private partial interface IC; }", "IC" },
        { "XRPC002", Usings + "internal partial class Outer { [RpcContract(\"acme.c\")] protected partial interface IC; }", "IC" },
        { "XRPC002", Usings + "internal partial class Outer { private partial class Inner { [RpcContract(\"acme.c\")] internal partial interface IC; } }", "IC" },
        { "XRPC002", Usings + "[RpcContract(\"acme.c\")] file partial interface IC;", "IC" },
        { "XRPC002", Usings + "[RpcContract(\"acme.c\")] internal partial interface IC<T>;", "IC" },
        { "XRPC002", Usings + "internal partial class Outer<T> { [RpcContract(\"acme.c\")] internal partial interface IC; }", "IC" },
        { "XRPC003", With("void Go();"), "Go" },
        { "XRPC003", With("int Go();"), "Go" },
        { "XRPC003", With("ref int Go();"), "Go" },
        { "XRPC003", With("Task? Go();"), "Go" },
        { "XRPC003", With("Task<IAsyncEnumerable<int>> Go();"), "Go" },
        { "XRPC003", With("ValueTask<Deferred<int>> Go();"), "Go" },
        { "XRPC003", With("Task<Deferred<Deferred<int>>> Go();"), "Go" },
        { "XRPC003", With("Task<Task<int>> Go();"), "Go" },
        { "XRPC003", With("Task<Stream> Go();"), "Go" },
        { "XRPC003", With("Task<FileStream[]> Go();"), "Go" },
        { "XRPC003", With("Task<dynamic> Go();"), "Go" },
        { "XRPC003", With("IAsyncEnumerable<Action> Go();"), "Go" },
        { "XRPC003", With("IEnumerable<int> Go();"), "Go" },
        { "XRPC004", With("int Value { get; }"), "Value" },
        { "XRPC004", With("int this[int i] { get; }"), "this" },
        { "XRPC004", With("event Action Done;"), "Done" },
        { "XRPC004", With("static abstract Task GoAsync();"), "GoAsync" },
        { "XRPC004", With("internal Task GoAsync();"), "GoAsync" },
        { "XRPC005", With("Task GoAsync<T>();"), "GoAsync" },
        { "XRPC006", With("Task GoAsync(ref int x);"), "x" },
        { "XRPC006", With("Task GoAsync(in int x);"), "x" },
        { "XRPC006", With("Task GoAsync(ref readonly int x);"), "x" },
        { "XRPC006", With("Task GoAsync(out int x);"), "x" },
        { "XRPC006", With("Task GoAsync(params int[] x);"), "x" },
        { "XRPC006", With("Task GoAsync(params ReadOnlySpan<int> x);"), "x" },
        { "XRPC006", With("Task GoAsync(Span<int> x);"), "x" },
        { "XRPC006", With("unsafe Task GoAsync(int* x);"), "x" },
        { "XRPC006", With("unsafe Task GoAsync(delegate*<void>[] x);"), "x" },
        { "XRPC006", With("Task GoAsync(Action x);"), "x" },
        { "XRPC006", With("Task GoAsync(Stream x);"), "x" },
        { "XRPC006", With("Task GoAsync(List<dynamic> x);"), "x" },
        { "XRPC006", With("Task GoAsync(CancellationToken? x);"), "x" },
        { "XRPC006", With("Task GoAsync(IAsyncEnumerable<int>? x);"), "x" },
        { "XRPC006", With("Task GoAsync(IAsyncEnumerable<int> x = null!);"), "x" },
        { "XRPC006", With("Task GoAsync(IAsyncEnumerable<IAsyncEnumerable<int>> x);"), "x" },
        { "XRPC006", With("Task GoAsync(IAsyncEnumerable<Stream> x);"), "x" },
        { "XRPC006", With("Task GoAsync(ref IAsyncEnumerable<int> x);"), "x" },
        { "XRPC006", With("Task GoAsync(Rows x);") + "internal abstract class Rows : IAsyncEnumerable<int> { public abstract IAsyncEnumerator<int> GetAsyncEnumerator(CancellationToken ct = default); }", "x" },
        { "XRPC006", With("[RpcMethod(OneWay = true)] Task GoAsync(IAsyncEnumerable<int> x);"), "x" },
        { "XRPC006", With("Task<Deferred<int>> GoAsync(IAsyncEnumerable<int> x);"), "x" },
        { "XRPC006", With("Task GoAsync(IProgress<Action> x);"), "x" },
        { "XRPC006", With("Task GoAsync(Progress<int> x);"), "x" },
        { "XRPC006", With("[RpcMethod(OneWay = true)] Task GoAsync(IProgress<int>? x = null);"), "x" },
        { "XRPC006", With("Task GoAsync(RpcCallOptions x);"), "x" },
        { "XRPC006", With("Task GoAsync(RpcCallOptions[] x);"), "x" },
        { "XRPC006", With("Task GoAsync(Deferred<int> x);"), "x" },
        { "XRPC006", With("Task GoAsync((int, Task) x);"), "x" },
        { "XRPC007", With("Task GoAsync(int a); Task GoAsync(long a);"), "GoAsync" },
        { "XRPC007", With("Task GoAsync(); [RpcMethod(\"go\")] Task RunAsync();"), "RunAsync" },
        { "XRPC007", Usings + "internal interface IB { Task GoAsync(); } [RpcContract(\"acme.c\")] internal partial interface IC : IB { new Task GoAsync(); }", "IC" },
        { "XRPC008", With("Task GoAsync(CancellationToken a, CancellationToken b);"), "GoAsync" },
        { "XRPC008", With("Task GoAsync(RpcCallOptions? a, RpcCallOptions? b = null);"), "GoAsync" },
        { "XRPC008", With("Task GoAsync(IProgress<int> a, IProgress<string>? b = null);"), "GoAsync" },
        { "XRPC008", With("IAsyncEnumerable<int> GoAsync(IAsyncEnumerable<int> a, IAsyncEnumerable<string> b);"), "GoAsync" },
        { "XRPC011", With("[RpcMethod(OneWay = true)] Task<int> GoAsync();"), "RpcMethod(OneWay = true)" },
        { "XRPC011", With("[RpcMethod(OneWay = true)] IAsyncEnumerable<int> GoAsync();"), "RpcMethod(OneWay = true)" },
        { "XRPC011", With("[RpcMethod(OneWay = true)] Task<Deferred<int>> GoAsync();"), "RpcMethod(OneWay = true)" },
        { "XRPC011", With("[RpcMethod(OneWay = true), RpcFault<int>(\"late\")] Task GoAsync();"), "RpcFault<int>(\"late\")" },
        { "XRPC013", With("[RpcStream] Task GoAsync();"), "RpcStream" },
        { "XRPC013", With("[RpcStream] Task GoAsync(IProgress<int> progress);"), "RpcStream" },
        { "XRPC013", With("[RpcStream(Window = 1, MaxBatch = 2)] Task GoAsync(IAsyncEnumerable<int> items);"), "RpcStream(Window = 1, MaxBatch = 2)" },
        { "XRPC013", With("[RpcStream(Window = 8, MaxBatch = 9)] IAsyncEnumerable<int> GoAsync();"), "RpcStream(Window = 8, MaxBatch = 9)" },
        { "XRPC013", With("[RpcStream(WindowBytes = 8, MaxBatchBytes = 9)] IAsyncEnumerable<int> GoAsync();"), "RpcStream(WindowBytes = 8, MaxBatchBytes = 9)" },
        { "XRPC013", With("[RpcStream(MaxBatch = 0)] IAsyncEnumerable<int> GoAsync();"), "RpcStream(MaxBatch = 0)" },
        { "XRPC015", With("Task<List<IAsyncEnumerable<int>>> Go();"), "Go" },
        { "XRPC015", With("Task<Deferred<Deferred<int>[]>> Go();"), "Go" },
        { "XRPC015", With("Task GoAsync(IProgress<int>[] x);"), "x" },
        { "XRPC015", With("Task GoAsync((int, Deferred<int>?) x);"), "x" },
        { "XRPC015", With("Task GoAsync(Batch x);") + "internal sealed record Batch(int Id, IAsyncEnumerable<int> Rows);", "x" },
        { "XRPC015", With("Task GoAsync(Outer x);") + "internal class Outer { public Dictionary<string, Inner?>? Map { get; set; } } internal struct Inner { public IProgress<int> Field; }", "x" },
        { "XRPC015", With("Task GoAsync(Heir[] x);") + "internal class Heir : Parent { public Heir? Next { get; set; } } internal abstract class Parent { [System.Text.Json.Serialization.JsonInclude] internal Deferred<int>? Late { get; set; } }", "x" },
        { "XRPC015", With("Task GoAsync(Parent x);") + "[System.Text.Json.Serialization.JsonDerivedType(typeof(Heir))] internal class Parent; internal sealed class Heir : Parent { [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull)] public IAsyncEnumerable<int>? Rows { get; set; } }", "x" },
        { "XRPC015", With("Task GoAsync(Page<int> x);") + "internal sealed class Page<T> { public IAsyncEnumerable<T>? Items { get; set; } public Page<Page<T>>? Next { get; set; } }", "x" },
        { "XRPC015", With("Task GoAsync(IAsyncEnumerable<Batch> x);") + "internal sealed record Batch(IProgress<int> Report);", "x" },
        { "XRPC015", With("Task GoAsync(IProgress<Batch> x);") + "internal sealed class Batch : List<IAsyncEnumerable<int>>;", "x" },
        { "XRPC015", With("Task GoAsync(IShape x);") + "internal interface IShape : IParent; internal interface IParent { IAsyncEnumerable<int> Rows { get; } }", "x" },
        { "XRPC015", With("[RpcFault<IAsyncEnumerable<int>[]>(\"late\")] Task GoAsync();"), "RpcFault<IAsyncEnumerable<int>[]>(\"late\")" },
        { "XRPC016", Usings + "[RpcContract(\"Acme\")] internal partial interface IC;", "RpcContract(\"Acme\")" },
        { "XRPC016", Usings + "[RpcContract(\"\")] internal partial interface IC;", "RpcContract(\"\")" },
        { "XRPC016", Usings + "[RpcContract(\"a/b\")] internal partial interface IC;", "RpcContract(\"a/b\")" },
        { "XRPC016", With("[RpcMethod(\"a/b\")] Task GoAsync();"), "RpcMethod(\"a/b\")" },
        { "XRPC016", With("[RpcMethod(\"\")] Task GoAsync();"), "RpcMethod(\"\")" },
        { "XRPC017", Usings + "[RpcContract(\"c\", Version = 0)] internal partial interface IC;", "RpcContract(\"c\", Version = 0)" },
        { "XRPC017", Usings + "[RpcContract(\"c\", TimeoutSeconds = -1)] internal partial interface IC;", "RpcContract(\"c\", TimeoutSeconds = -1)" },
        { "XRPC017", Usings + "[RpcContract(\"c\", JsonContext = typeof(string))] internal partial interface IC;", "RpcContract(\"c\", JsonContext = typeof(string))" },
        { "XRPC017", With("[RpcMethod(TimeoutSeconds = double.NaN)] Task GoAsync();"), "RpcMethod(TimeoutSeconds = double.NaN)" },
        { "XRPC017", With("[RpcMethod(TimeoutSeconds = 1e12)] Task GoAsync();"), "RpcMethod(TimeoutSeconds = 1e12)" },
        { "XRPC018", With("[RpcFault<int>(\"OutOfStock\")] Task GoAsync();"), "RpcFault<int>(\"OutOfStock\")" },
        { "XRPC018", With("[RpcFault<int>(\"\")] Task GoAsync();"), "RpcFault<int>(\"\")" },
        { "XRPC018", With("[RpcFault<int>(null!)] Task GoAsync();"), "RpcFault<int>(null!)" },
        { "XRPC018", With($"[RpcFault<int>(\"{new string('a', 65)}\")] Task GoAsync();"), $"RpcFault<int>(\"{new string('a', 65)}\")" },
        { "XRPC018", With("[RpcFault<int>(\"a\"), RpcFault<long>(\"a\")] Task GoAsync();"), "RpcFault<long>(\"a\")" },
        { "XRPC018", With("[RpcFault<Action>(\"a\")] Task GoAsync();"), "RpcFault<Action>(\"a\")" },
        { "XRPC018", With("[RpcFault<Deferred<int>>(\"a\")] Task GoAsync();"), "RpcFault<Deferred<int>>(\"a\")" },
        { "XRPC018", With("[RpcFault<Detail>(\"a\")] Task GoAsync(); private sealed class Detail;"), "RpcFault<Detail>(\"a\")" },
        { "XRPC018", With("[RpcFault<Detail>(\"a\")] Task GoAsync();") + "file sealed class Detail;", "RpcFault<Detail>(\"a\")" },
        { "XRPC018", Usings + "[RpcContract(\"c\"), RpcFault<int>(\"A\")] internal partial interface IC { Task AAsync(); Task BAsync(); }", "RpcFault<int>(\"A\")" },
        { "XRPC018", Usings + "[RpcContract(\"c\"), RpcFault<int>(\"a\")] internal partial interface IC { [RpcFault<long>(\"a\")] Task AAsync(); Task BAsync(); }", "RpcFault<long>(\"a\")" },
        { "XRPC018", Usings + "[RpcFault<long>(\"a\")] internal interface IB { Task BAsync(); } [RpcContract(\"c\"), RpcFault<int>(\"a\")] internal partial interface IC : IB { Task AAsync(); }", "RpcFault<long>(\"a\")" },
        { "XRPC019", With("Task GoAsync([RpcHeader(\"a\")] int x);"), "x" },
        { "XRPC019", With("Task GoAsync([RpcHeader(\"a\")] object x);"), "x" },
        { "XRPC019", With("Task GoAsync([RpcHeader(\"a\")] CancellationToken x);"), "x" },
        { "XRPC019", With("Task GoAsync([RpcHeader(\"\")] string x);"), "x" },
        { "XRPC019", With("Task GoAsync([RpcHeader(null!)] string x);"), "x" },
        { "XRPC019", With("Task GoAsync([RpcHeader(\"a b\")] string x);"), "x" },
        { "XRPC019", With("Task GoAsync([RpcHeader(\"ä\")] string x);"), "x" },
        { "XRPC019", With($"Task GoAsync([RpcHeader(\"{new string('a', 65)}\")] string x);"), "x" },
        { "XRPC019", With("Task GoAsync([RpcHeader(\"a\")] string y, [RpcHeader(\"a\")] string? x = null);"), "x" },
    };

    public static TheoryData<string, string> Good => new()
    {
        { "XRPC001", Usings + "internal partial class Outer { [RpcContract(\"acme.c\")] internal partial interface IC; }" },
        { "XRPC002", Usings + "internal partial class Outer { [RpcContract(\"acme.c\")] protected internal partial interface IC; }" },
        { "XRPC003", With("Task A(); Task<int> B(); ValueTask C(); ValueTask<string?> D(); Task<Deferred<int>> E(); IAsyncEnumerable<int> F();") },
        { "XRPC004", With("Task GoAsync(); Task TwiceAsync() => GoAsync(); static int Two => 2; int Three => 3; const int Four = 4; sealed record Data;") },
        { "XRPC005", With("Task GoAsync(List<int> ints); Task RunAsync(List<string> texts);") },
        { "XRPC006", With("Task GoAsync(int[] many, (int, string) pair, byte[] stream, IReadOnlyDictionary<string, Uri?> map, CancellationToken ct);") },
        { "XRPC006", With("Task AAsync(IAsyncEnumerable<int?> rows, IProgress<string>? progress = null, RpcCallOptions? options = null); IAsyncEnumerable<int> BAsync(IAsyncEnumerable<byte[]> rows, IProgress<int> progress); Task<Deferred<int>> CAsync(IProgress<int>? progress); [RpcMethod(OneWay = true)] Task DAsync(RpcCallOptions? options);") },
        { "XRPC006", With("\n#nullable disable\nTask GoAsync(IAsyncEnumerable<string> rows, IProgress<string> progress, RpcCallOptions options = null, string text = null);") },
        { "XRPC007", With("Task GoAsync(int a); [RpcMethod(\"goLong\")] Task GoAsync(long a); Task goAsync2();") },
        { "XRPC007", Usings + "[RpcContract(\"acme.b\")] internal partial interface IB { Task GoAsync(); } [RpcContract(\"acme.c\")] internal partial interface IC : IB { new Task GoAsync(); }" },
        { "XRPC008", With("Task GoAsync(CancellationToken a, int b);") },
        { "XRPC008", With("IAsyncEnumerable<int> GoAsync(CancellationToken ct, RpcCallOptions? options, IProgress<int> progress, IAsyncEnumerable<int> rows);") },
        { "XRPC011", With("[RpcMethod(OneWay = true)] Task GoAsync(); [RpcMethod(OneWay = true)] ValueTask RunAsync(); [RpcMethod(OneWay = false)] Task<int> GetAsync();") },
        { "XRPC011", Usings + "[RpcContract(\"c\"), RpcFault<int>(\"a\")] internal partial interface IC { [RpcMethod(OneWay = true)] Task GoAsync(); [RpcMethod(OneWay = false), RpcFault<int>(\"b\")] Task RunAsync(); }" },
        { "XRPC013", With("[RpcStream(Window = 8, MaxBatch = 8, WindowBytes = 9, MaxBatchBytes = 9)] IAsyncEnumerable<int> A(); [RpcStream] IAsyncEnumerable<int> B();") },
        { "XRPC013", With("[RpcStream(Window = 8, MaxBatch = 8)] Task A(IAsyncEnumerable<int> rows); [RpcStream] ValueTask<int> B(int id, IAsyncEnumerable<int> rows); [RpcStream] IAsyncEnumerable<int> C(IAsyncEnumerable<int> rows);") },
        { "XRPC015", With("Task GoAsync(Data data);") + """
            internal sealed class Data
            {
                [System.Text.Json.Serialization.JsonIgnore] public IAsyncEnumerable<int>? Ignored { get; set; }
                [System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Always)] public IAsyncEnumerable<int>? IgnoredAlways { get; set; }
                internal Deferred<int>? NotPublic { get; set; }
                public static IProgress<int>? Static { get; set; }
                [System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonConverter))] public IAsyncEnumerable<int>? Converted { get; set; }
                public Opaque? Opaque { get; set; }
                public Rows? Rows { get; set; }
                public IEnumerable<int> Numbers() => [];
                public IAsyncEnumerable<int> Watch() => throw new NotSupportedException();
            }
            [System.Text.Json.Serialization.JsonConverter(typeof(System.Text.Json.Serialization.JsonConverter))] internal sealed class Opaque { public IProgress<int>? Progress { get; set; } }
            internal sealed class Rows : List<int> { public IAsyncEnumerable<int>? Live { get; set; } }
            """ },
        { "XRPC016", With("[RpcMethod(\"a_b.c-D1ö\")] Task GoAsync();") },
        { "XRPC016", Usings + "[RpcContract(\"a-1.b\")] internal partial interface IC;" },
        { "XRPC017", Usings + "[RpcContract(\"c\", Version = 9, TimeoutSeconds = 0, JsonContext = null)] internal partial interface IC { [RpcMethod(TimeoutSeconds = 0.001)] Task GoAsync(); }" },
        { "XRPC018", Usings + "[RpcContract(\"b\"), RpcFault<long>(\"a\")] internal partial interface IB { Task BAsync(); } [RpcContract(\"c\"), RpcFault<int>(\"a\")] internal partial interface IC : IB { [RpcFault<int>(\"a\"), RpcFault<int>(\"b-1.c\")] Task AAsync(); }" },
        { "XRPC018", With($"[RpcFault<string>(\"{new string('a', 64)}\")] Task GoAsync(); [RpcFault<long>(\"a\")] Task AAsync(); [RpcFault<int>(\"a\")] Task BAsync();") },
        { "XRPC019", With($"Task GoAsync([RpcHeader(\"a\")] string a, [RpcHeader(\"A\")] string? b, [RpcHeader(\"{new string('x', 64)}\")] string c = \"d\"); Task RunAsync([RpcHeader(\"a-_.9\")] string? a = null);") },
    };

    public static TheoryData<string> Ids => [.. new ContractAnalyzer().SupportedDiagnostics.Select(rule => rule.Id)];

    [Theory, MemberData(nameof(Bad))]
    public async Task Bad_contract_is_reported_where_it_is_bad_and_left_out(string id, string source, string place)
    {
        Assert.Equal([$"{id}: {place}"], await Analysis.ProblemsAsync(source));
        Assert.DoesNotContain(GeneratorRun.Of(source).Result.GeneratedSources, file => file.HintName.EndsWith("IC.XmppRpc.g.cs", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Good))]
    public async Task Good_contract_compiles_without_a_word(string id, string source)
    {
        Assert.Contains(new ContractAnalyzer().SupportedDiagnostics, rule => rule.Id == id);
        Assert.Empty(await Analysis.ProblemsAsync(source));
        Assert.Equal("", GeneratorRun.Of(source).Output.Complaints());
    }

    [Fact]
    public async Task Every_shape_of_the_snapshots_is_good()
    {
        foreach (var sources in SampleContracts.All.Values)
            Assert.Empty(await Analysis.ProblemsAsync(sources));
    }

    [Fact]
    public async Task All_problems_of_a_contract_are_reported_at_once() =>
        Assert.Equal(["XRPC003: A", "XRPC004: B", "XRPC005: C", "XRPC006: x"], await Analysis.ProblemsAsync(With("void A(); int B { get; } Task C<T>(ref int x);")));

    [Fact]
    public async Task Problem_of_a_lent_method_is_reported_at_the_contract() =>
        Assert.Equal(["XRPC003: IC"], await Analysis.ProblemsAsync(
            Usings + "internal interface IB : IDisposable;",
            Usings + "[RpcContract(\"acme.c\")] internal partial interface IC : IB;"));

    [Fact]
    public async Task Type_that_does_not_exist_is_left_to_the_compiler() => Assert.Empty(await Analysis.ProblemsAsync(With("Missing GoAsync(Missing x);")));

    [Fact]
    public async Task Interface_without_the_attribute_is_nobodys_business() => Assert.Empty(await Analysis.ProblemsAsync(Usings + "internal interface IC { void Go(); }"));

    [Theory, MemberData(nameof(Ids))]
    public void Diagnostic_has_a_help_page_and_tests_and_is_tracked(string id)
    {
        var rule = new ContractAnalyzer().SupportedDiagnostics.Single(rule => rule.Id == id);

        Assert.Contains(Bad, row => row.Data.Item1 == id);
        Assert.Contains(Good, row => row.Data.Item1 == id);
        Assert.Equal($"docs/diagnostics/{id}.md", rule.HelpLinkUri);
        Assert.StartsWith($"# {id}: {rule.Title}\n", File.ReadAllText(RepositoryRoot.Combine(rule.HelpLinkUri)), StringComparison.Ordinal);
        Assert.Contains($"{id} | XmppRpc | {DiagnosticSeverity.Error} | {rule.Title}", File.ReadAllText(RepositoryRoot.Combine("generators/XmppRpc.Generators/AnalyzerReleases.Unshipped.md")), StringComparison.Ordinal);
    }
}
