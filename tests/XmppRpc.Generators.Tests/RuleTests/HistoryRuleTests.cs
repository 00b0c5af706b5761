using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using XmppRpc.Generators.History;
using XmppRpc.Generators.Tests.Harness;

namespace XmppRpc.Generators.Tests.RuleTests;

/// <summary>Contracts and what <c>RpcContracts.txt</c> says of them.</summary>
public sealed class HistoryRuleTests
{
    private const string Get = "acme.c 1 get(id: int, like: List<Order?>? = null) -> Order\n";

    private static string Contract(string members, string settings = "") => $$"""
        [RpcContract("acme.c"{{settings}})]
        public partial interface IC
        {
            {{members}}
        }
        public sealed record Order(int Id);
        """;

    private static readonly string Getting = Contract("Task<Order> GetAsync(int id, List<Order?>? like = null, CancellationToken ct = default);");

    // null: no file, but wanted.
    private static AdhocWorkspace Workspace(string source, string? history)
    {
        var workspace = Fixing.Workspace(("Acme", [Rules.Usings + source]));
        var project = workspace.CurrentSolution.ProjectIds[0];
        var solution = history is null
            ? workspace.CurrentSolution.AddAnalyzerConfigDocument(DocumentId.CreateNewId(project), "global.editorconfig", SourceText.From("is_global = true\nbuild_property.XmppRpcContracts = true\n"), filePath: "/global.editorconfig")
            : workspace.CurrentSolution.AddAdditionalDocument(DocumentId.CreateNewId(project), Recording.FileName, SourceText.From(history), filePath: "/" + Recording.FileName);
        Assert.True(workspace.TryApplyChanges(solution));
        return workspace;
    }

    private static async Task<string[]> FindingsAsync(string id, string source, string? history)
    {
        using var workspace = Workspace(source, history);
        var project = workspace.CurrentSolution.Projects.Single();
        var findings = await Fixing.FindingsAsync(project, id);
        return [.. findings.Select(finding => finding.Location.SourceTree is { } tree ? tree.GetText().ToString(finding.Location.SourceSpan) : SourceText.From(history!).ToString(finding.Location.SourceSpan))];
    }

    private static async Task<(string Source, string History)> FixedAsync(string id, string source, string? history, FixAllScope? all = null)
    {
        using var workspace = Workspace(source, history);
        var solution = await Fixing.ApplyAsync(workspace.CurrentSolution, id, "", all);
        var project = solution.Projects.Single();
        return ((await Fixing.TextAsync(solution, "Acme0.cs"))[Rules.Usings.Length..], (await project.AdditionalDocuments.Single().GetTextAsync()).ToString());
    }

    public static TheoryData<string, string, string?, string[]> Bad => new()
    {
        { "XRPC050", Getting, Get + "acme.c 1 drop(id: int) -> nothing\n", ["IC"] },
        { "XRPC051", Getting, "acme.c 1 get(id: long, like: List<Order?>? = null) -> Order", ["GetAsync"] },
        { "XRPC051", Getting, "acme.c 1 get(number: int, like: List<Order?>? = null) -> Order", ["GetAsync"] },
        { "XRPC051", Getting, "acme.c 1 get(id: int, like: List<Order?>? = null) -> Order?", ["GetAsync"] },
        { "XRPC051", Contract("Task GoAsync(int a, int b);"), "acme.c 1 go(a: int) -> nothing", ["GoAsync"] },
        { "XRPC051", Contract("Task GoAsync(int a = 2);"), "acme.c 1 go(a: int = 1) -> nothing", ["GoAsync"] },
        { "XRPC051", Contract("[RpcMethod(\"go\")] IAsyncEnumerable<int> RunAsync();"), "acme.c 1 go() -> nothing", ["RunAsync"] },
        { "XRPC052", Getting, "# nothing yet\n", ["GetAsync"] },
        { "XRPC052", Contract("Task GoAsync(int a, int b = 1);"), "acme.c 1 go(a: int) -> nothing", ["GoAsync"] },
        { "XRPC052", Contract("Task GoAsync(long a);", ", Version = 2"), "acme.c 1 go(a: int) -> nothing", ["GoAsync"] },
        { "XRPC053", Getting, Get + "acme.gone 1 go() -> nothing\nacme.gone 1 run() -> nothing\n*RETIRED* acme.past 1 go() -> nothing\n", ["acme.gone 1 go() -> nothing"] },
        { "XRPC053", Getting, Get.Replace(" 1 ", " 2 ", StringComparison.Ordinal), ["IC"] },
        { "XRPC054", Getting, null, ["IC"] },
    };

    public static TheoryData<string, string> Good => new()
    {
        { Getting, "# why\n\n" + Get + "*RETIRED* acme.c 1 drop() -> nothing\n" },
        { Contract("Task<Deferred<int>> LaterAsync(); IAsyncEnumerable<Order> List((int, string) a, string b = \", \\\"\"); [RpcMethod(OneWay = true)] Task TouchAsync(RpcCallOptions? options = null); Task<int> UploadAsync(IAsyncEnumerable<Order> orders, IProgress<int>? progress = null, [RpcHeader(\"tenant\")] string? tenant = null);"),
            "acme.c 1 later() -> later int\nacme.c 1 list(a: (int, string), b: string = \", \\\"\") -> stream of Order\nacme.c 1 touch() -> one-way\nacme.c 1 upload(orders: stream of Order, progress: progress of int, tenant: header tenant string? = null) -> int\n" },
        { "[RpcContract(\"acme.b\")] public partial interface IB { Task BAsync(); } [RpcContract(\"acme.c\")] public partial interface IC : IB { Task CAsync(); }", "acme.b 1 b() -> nothing\nacme.c 1 c() -> nothing\n" },
    };

    [Theory, MemberData(nameof(Bad))]
    public async Task What_others_do_not_know_is_found(string id, string source, string? history, string[] places) => Assert.Equal(places, await FindingsAsync(id, source, history));

    [Theory, MemberData(nameof(Good))]
    public async Task What_is_recorded_is_not_found(string source, string history)
    {
        foreach (var id in (string[])["XRPC050", "XRPC051", "XRPC052", "XRPC053", "XRPC054"])
            Assert.Empty(await FindingsAsync(id, source, history));
    }

    [Fact]
    public async Task Nothing_is_found_where_nobody_asked() => Assert.Empty(await Rules.FindingsAsync("XRPC054", Getting));

    [Fact]
    public async Task Method_that_is_gone_is_retired() => Assert.Equal((Getting, "# why\n*RETIRED* acme.c 1 drop(id: int) -> nothing\n" + Get), await FixedAsync("XRPC050", Getting, "# why\nacme.c 1 drop(id: int) -> nothing\n" + Get));

    [Fact]
    public async Task Signature_that_changed_makes_a_new_version() => Assert.Equal(
        (Contract("Task GoAsync(long a); Task RunAsync();", ", Version = 4"), "acme.b 1 go(a: int) -> nothing\nacme.c 4 go(a: long) -> nothing\nacme.c 4 run() -> nothing\n"),
        await FixedAsync("XRPC051", Contract("Task GoAsync(long a); Task RunAsync();", ", Version = 3"), "acme.b 1 go(a: int) -> nothing\nacme.c 3 go(a: int) -> nothing\nacme.c 3 run() -> nothing"));

    [Fact]
    public async Task First_new_version_is_two() => Assert.Equal((Contract("Task GoAsync(long a);", ", Version = 2"), "acme.c 2 go(a: long) -> nothing\n"), await FixedAsync("XRPC051", Contract("Task GoAsync(long a);"), "acme.c 1 go(a: int) -> nothing\n"));

    [Fact]
    public async Task All_new_methods_are_recorded_in_order_at_once() => Assert.Equal(
        "# why\nacme.a 1 a() -> nothing\nacme.c 1 go(a: int, b: int = 1) -> nothing\nacme.c 1 new() -> nothing\nacme.z 1 z() -> nothing\n",
        (await FixedAsync("XRPC052", Contract("Task NewAsync(); Task GoAsync(int a, int b = 1);"), "# why\nacme.a 1 a() -> nothing\nacme.c 1 go(a: int) -> nothing\nacme.z 1 z() -> nothing\n", FixAllScope.Document)).History);

    [Fact]
    public async Task Contract_that_is_gone_is_retired() => Assert.Equal(
        Get + "*RETIRED* acme.gone 1 go() -> nothing\n*RETIRED* acme.gone 1 run() -> nothing\n",
        (await FixedAsync("XRPC053", Getting, Get + "acme.gone 1 go() -> nothing\nacme.gone 1 run() -> nothing\n")).History);

    [Fact]
    public async Task Missing_file_is_created_with_all_that_there_is()
    {
        var (_, history) = await FixedAsync("XRPC054", Getting + " [RpcContract(\"acme.b\")] public partial interface IB { Task BAsync(); }", null);

        Assert.StartsWith("# ", history, StringComparison.Ordinal);
        Assert.EndsWith("\nacme.b 1 b() -> nothing\n" + Get, history, StringComparison.Ordinal);
        Assert.Empty(await FindingsAsync("XRPC052", Getting, history));
    }

    [Theory]
    [InlineData("a: int, b: (int, string) = null", "b: (int, string) = null, a: int", null)]
    [InlineData("a: int", "a: int, p: progress of int", null)]
    [InlineData("a: string = \", \"", "a: string = \", \", b: Dictionary<string, int> = null", null)]
    [InlineData("", "a: header tenant string", "parameter 'a' is new and has no default")]
    [InlineData("a: int = 1", "a: int", "a parameter was 'a: int = 1'")]
    [InlineData("a: int", "", "parameter 'a' is gone")]
    [InlineData("a, b, a: int, a: int", "a: int", "parameter '' is gone")]
    public void Change_of_parameters_breaks_or_does_not(string before, string after, string? reason) =>
        Assert.Equal(reason, RecordedMethod.Parse($"c 1 m({before}) -> nothing")!.Break(RecordedMethod.Parse($"c 1 m({after}) -> nothing")!));

    [Theory]
    [InlineData("# c 1 m() -> nothing")]
    [InlineData("c one m() -> nothing")]
    [InlineData("c 1 m()")]
    [InlineData("c 1 -> nothing")]
    [InlineData("")]
    public void Line_that_says_nothing_known_is_passed_over(string line) => Assert.Null(RecordedMethod.Parse(line));
}
