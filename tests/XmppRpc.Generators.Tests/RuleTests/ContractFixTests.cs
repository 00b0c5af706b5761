using XmppRpc.Generators.Tests.Harness;

namespace XmppRpc.Generators.Tests.RuleTests;

public sealed class ContractFixTests
{
    private static string With(string members) => $$"""
        [RpcContract("acme.c")]
        internal partial interface IC
        {
            {{members}}
        }
        """;

    public static TheoryData<string, string, string> Fixes => new()
    {
        { "XRPC001", "[RpcContract(\"acme.c\")] internal interface IC;", "[RpcContract(\"acme.c\")] internal partial interface IC;" },
        { "XRPC001", "internal static class Outer\n{\n    // Why.\n    [RpcContract(\"acme.c\")] internal partial interface IC;\n}", "internal static partial class Outer\n{\n    // Why.\n    [RpcContract(\"acme.c\")] internal partial interface IC;\n}" },
        { "XRPC002", "internal partial class Outer\n{\n    [RpcContract(\"acme.c\")]\n    private partial interface IC;\n}", "internal partial class Outer\n{\n    [RpcContract(\"acme.c\")]\n    internal partial interface IC;\n}" },
        { "XRPC002", "internal partial class Outer { /* why */ partial class Inner { [RpcContract(\"acme.c\")] protected partial interface IC; } }", "internal partial class Outer { /* why */ internal partial class Inner { [RpcContract(\"acme.c\")] internal partial interface IC; } }" },
        { "XRPC002", "[RpcContract(\"acme.c\")] file partial interface IC;", "[RpcContract(\"acme.c\")] internal partial interface IC;" },
        { "XRPC003", With("void Go();"), With("Task Go();") },
        { "XRPC003", With("int Go();"), With("Task<int> Go();") },
        { "XRPC003", With("List<string?> Go();"), With("Task<List<string?>> Go();") },
        { "XRPC003", With("Task<IAsyncEnumerable<int>> Go();"), With("IAsyncEnumerable<int> Go();") },
        { "XRPC003", With("IEnumerable<int> Go();"), With("IAsyncEnumerable<int> Go();") },
        { "XRPC003", With("ValueTask<Deferred<int>> Go();"), With("Task<Deferred<int>> Go();") },
        { "XRPC003", With("Deferred<int> Go();"), With("Task<Deferred<int>> Go();") },
        { "XRPC003", With("Task<Task<int>> Go();"), With("Task<int> Go();") },
        { "XRPC003", With("Task? Go();"), With("Task Go();") },
        { "XRPC003", With("Task<int>? Go();"), With("Task<int> Go();") },
        { "XRPC004", With("int Count { get; } // now"), With("Task<int> GetCountAsync(CancellationToken cancellationToken = default); // now") },
        { "XRPC004", With("event Action<List<int?>> Placed;"), With("IAsyncEnumerable<List<int?>> PlacedAsync(CancellationToken cancellationToken = default);") },
        { "XRPC007", With("Task GetAsync(int id); Task GetAsync(string sku);"), With("Task GetAsync(int id); [RpcMethod(\"getBySku\")] Task GetAsync(string sku);") },
        { "XRPC007", With("Task GoAsync(); [RpcMethod(\"go\", Idempotent = true)] Task RunAsync();"), With("Task GoAsync(); [RpcMethod(\"run\", Idempotent = true)] Task RunAsync();") },
        { "XRPC011", With("[RpcMethod(OneWay = true)] Task<int> GoAsync();"), With("Task<int> GoAsync();") },
        { "XRPC011", With("[RpcMethod(\"go\", OneWay = true)] Task<int> GoAsync();"), With("[RpcMethod(\"go\")] Task<int> GoAsync();") },
        { "XRPC011", With("[RpcMethod(OneWay = true), RpcFault<int>(\"late\")] Task GoAsync();"), With("[RpcMethod(OneWay = true)] Task GoAsync();") },
        { "XRPC013", With("[RpcStream] Task GoAsync();"), With("Task GoAsync();") },
        { "XRPC013", With("[RpcStream(Window = 8, MaxBatch = 9)] IAsyncEnumerable<int> GoAsync();"), With("[RpcStream(Window = 9, MaxBatch = 9)] IAsyncEnumerable<int> GoAsync();") },
        { "XRPC013", With("[RpcStream(MaxBatch = 0, Window = 9)] IAsyncEnumerable<int> GoAsync();"), With("[RpcStream(Window = 9)] IAsyncEnumerable<int> GoAsync();") },
        { "XRPC016", "[RpcContract(\"Acme/Orders\")] internal partial interface IC;", "[RpcContract(\"acme.orders\")] internal partial interface IC;" },
        { "XRPC016", "[RpcContract(\"\", Version = 2)] internal partial interface ICars;", "[RpcContract(\"cars\", Version = 2)] internal partial interface ICars;" },
        { "XRPC016", With("[RpcMethod(\"delete order\")] Task GoAsync();"), With("[RpcMethod(\"deleteOrder\")] Task GoAsync();") },
    };

    [Theory, MemberData(nameof(Fixes))]
    public async Task Fix_leaves_what_the_analyzer_accepts(string id, string before, string after)
    {
        Assert.Equal(after, await Fixing.FirstAsync(id, before));
        Assert.Empty(await Rules.FindingsAsync(id, after));
    }

    [Theory]
    [InlineData("XRPC002", "[RpcContract(\"acme.c\")] internal partial interface IC<T>;")]
    [InlineData("XRPC003", "[RpcContract(\"acme.c\")] internal partial interface IC { Action Go(); }")]
    [InlineData("XRPC004", "[RpcContract(\"acme.c\")] internal partial interface IC { int Count { get; set; } }")]
    [InlineData("XRPC004", "[RpcContract(\"acme.c\")] internal partial interface IC { event Action Done; }")]
    [InlineData("XRPC004", "[RpcContract(\"acme.c\")] internal partial interface IC { event Action<int> Done, Gone; }")]
    [InlineData("XRPC003", "[RpcContract(\"acme.c\")] internal partial interface IC { Task<System.IO.Stream> Go(); }")]
    [InlineData("XRPC007", "internal interface IB { Task GoAsync(); } [RpcContract(\"acme.c\")] internal partial interface IC : IB { new Task GoAsync(); }")]
    public async Task What_cannot_be_mended_is_offered_no_fix(string id, string source) => Assert.Empty(await Fixing.TitlesAsync(id, source));

    [Fact]
    public async Task All_of_a_file_are_mended_at_once() => Assert.Equal(
        "[RpcContract(\"acme.a\")] public partial interface IA { Task<int> A(); Task B(); }\n[RpcContract(\"acme.b\")] public partial interface IB { Task<string> C(); }",
        await Fixing.AllAsync("XRPC003", "[RpcContract(\"acme.a\")] public partial interface IA { int A(); void B(); }\n[RpcContract(\"acme.b\")] public partial interface IB { string C(); }"));
}
