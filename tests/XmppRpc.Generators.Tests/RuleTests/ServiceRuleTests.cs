using Microsoft.CodeAnalysis.CodeFixes;
using XmppRpc.Generators.Tests.Harness;

namespace XmppRpc.Generators.Tests.RuleTests;

/// <summary>Rules for contracts and for those who implement and serve them.</summary>
public sealed class ServiceRuleTests
{
    private static string Contract(string members, string attributes = "") => $$"""
        [RpcContract("acme.c"){{attributes}}]
        public partial interface IC
        {
            {{members}}
        }

        """;

    private static string Service(string contract, string code, string attributes = "") => Contract(contract, attributes) + $$"""
        public sealed class Service : IC
        {
            {{code}}
        }
        """;

    private static string Serving(string contract, string attributes = "", string onClass = "") => Contract(contract, attributes) + $$"""
        {{onClass}}public abstract class Service : IC { public abstract Task GoAsync(); public abstract Task StayAsync(); }
        public static class Program { public static void Main(RpcEndpoint rpc, Service service) { rpc.Serve<IC>(service); } }
        """;

    public static TheoryData<string, string, string[]> Bad => new()
    {
        { "XRPC009", Contract("Task GoAsync(CancellationToken ct, int a);"), ["ct"] },
        { "XRPC010", Contract("Task GoAsync(int a); IAsyncEnumerable<int> B();"), ["GoAsync", "B"] },
        { "XRPC012", Service("Task GoAsync(int a = 1, string? b = null, CancellationToken ct = default);", "public Task GoAsync(int a = 2, string? b = \"\", CancellationToken ct = default) => Task.CompletedTask;"), ["a", "b"] },
        { "XRPC014", Service("IAsyncEnumerable<int> GoAsync(CancellationToken ct = default);", "public async IAsyncEnumerable<int> GoAsync(CancellationToken ct) { await Task.Yield(); yield return 1; }"), ["ct"] },
        { "XRPC031", Contract("Task<Deferred<int>> GoAsync();") + "public sealed class Other { private readonly DeferredTicket<int> _ticket = Deferred.Later<int>(); public Other() { Deferred.Later<int>(); } public void Run() { Console.WriteLine(Deferred.Later<int>().Token); } }", ["Deferred.Later<int>()", "Deferred.Later<int>()", "Deferred.Later<int>()"] },
        { "XRPC032", Service("Task<Deferred<int>> GoAsync();", "public async Task<Deferred<int>> GoAsync() { await Task.Yield(); var ticket = Deferred.Later<int>(); return ticket; }"), ["Deferred.Later<int>()"] },
        { "XRPC032", Service("Task<Deferred<int>> GoAsync();", "public Task<Deferred<int>> GoAsync() => Task.FromResult<Deferred<int>>(Deferred.Later<int>());"), ["Deferred.Later<int>()"] },
        { "XRPC041", Service("Task GoAsync();", "public Task GoAsync() => throw new RpcFaultException<int>(\"late\", 1);"), ["new RpcFaultException<int>(\"late\", 1)"] },
        { "XRPC041", Service("[RpcFault<int>(\"early\")] Task GoAsync(string a);", "Task IC.GoAsync(string code) { if (code == \"\") throw new RpcFaultException<int>(\"late\", 1); throw new RpcFaultException<string>(code, code); }"), ["new RpcFaultException<int>(\"late\", 1)", "new RpcFaultException<string>(code, code)"] },
        { "XRPC060", Serving("Task GoAsync(); Task StayAsync();"), ["rpc.Serve<IC>(service)"] },
        { "XRPC060", Serving("[RpcAllowAnyone] Task GoAsync(); Task StayAsync();"), ["rpc.Serve<IC>(service)"] },
        { "XRPC061", Service("Task GoAsync(string user, string caller);", "public Task GoAsync(string user, string caller) => user == \"admin\" || caller.Equals(\"root\", StringComparison.Ordinal) ? Task.CompletedTask : throw new NotSupportedException();"), ["user", "caller"] },
        { "XRPC090", "public interface IPlain { Task GoAsync(); } public static class Program { public static void Run(RpcEndpoint rpc, IPlain plain) { rpc.Get<IPlain>(\"a@b/c\"); rpc.Serve<IPlain>(plain); } }", ["IPlain", "IPlain"] },
    };

    public static TheoryData<string, string> Good => new()
    {
        { "XRPC009", Contract("Task GoAsync(int a, CancellationToken ct); Task RunAsync(CancellationToken ct);") },
        { "XRPC010", Contract("Task GoAsync(CancellationToken ct); [RpcMethod(OneWay = true)] Task RunAsync(); Task StayAsync() => Task.CompletedTask;") },
        { "XRPC012", Service("Task GoAsync(int a = 1, CancellationToken ct = default);", "public Task GoAsync(int a, CancellationToken ct = default) => Task.CompletedTask; public Task GoAsync(long a = 2) => Task.CompletedTask;") },
        { "XRPC014", Service("IAsyncEnumerable<int> GoAsync(CancellationToken ct = default); IAsyncEnumerable<int> RunAsync(CancellationToken ct);", "public async IAsyncEnumerable<int> GoAsync([EnumeratorCancellation] CancellationToken ct) { await Task.Yield(); yield return 1; } public IAsyncEnumerable<int> RunAsync(CancellationToken ct) => GoAsync(ct);") },
        { "XRPC031", Service("Task<Deferred<int>> GoAsync();", "public Task<Deferred<int>> GoAsync() { var ticket = Tickets.New(); Keep(ticket); return Task.FromResult<Deferred<int>>(ticket); } private static void Keep(DeferredTicket<int> ticket) => Deferred.Later<string>(); private sealed class Nested { public void Go() => Deferred.Later<int>(); }") + "public static class Tickets { public static DeferredTicket<int> New() => Deferred.Later<int>(); public static Action Lazy() => () => Deferred.Later<int>(); }" },
        { "XRPC032", Service("Task<Deferred<int>> GoAsync(); Task<Deferred<int>> RunAsync();", "private DeferredTicket<int>? _kept; public async Task<Deferred<int>> GoAsync() { await Task.Yield(); var ticket = Deferred.Later<int>(); Console.WriteLine(ticket.Token.Value); return ticket; } public async Task<Deferred<int>> RunAsync() { await Task.Yield(); var ticket = Deferred.Later<int>(); _kept = ticket; return _kept; }") },
        { "XRPC041", Service("[RpcFault<int>(\"late\")] Task GoAsync(); [RpcFault<string>(\"x\")] Task RunAsync(string code);", "public Task GoAsync() => throw new RpcFaultException<int>(\"late\", 1); public async Task RunAsync(string code) { await Task.Run(() => { if (code == \"a\") throw new RpcFaultException<long>(\"all\", 1); throw new RpcFaultException<string>(code, code); }); } private static void Other() => throw new RpcFaultException<byte>(\"b\", 1);", ", RpcFault<long>(\"all\")") },
        { "XRPC060", Serving("Task GoAsync(); Task StayAsync();", ", RpcAuthorize") },
        { "XRPC060", Serving("[RpcAllowAnyone] Task GoAsync(); [RpcAuthorize(Domains = \"a.example\")] Task StayAsync();") },
        { "XRPC060", Serving("Task GoAsync(); Task StayAsync();", onClass: "[RpcAuthorize(Domains = \"a.example\")] ") },
        { "XRPC061", Service("Task GoAsync(string? user, string caller); Task ListAsync(int from);", "public Task ListAsync(int from) => from == 0 ? Task.CompletedTask : throw new NotSupportedException(); public Task GoAsync(string? user, string caller) { if (user == null || caller is null) throw new ArgumentException(user); return RpcContext.Current!.Caller.ToString() == user ? Task.CompletedTask : throw new NotSupportedException(); } public bool Is(string user) => user == \"admin\";") },
        { "XRPC090", Contract("Task GoAsync();") + "public static class Program { public static IC Run(RpcEndpoint rpc) => rpc.Get<IC>(\"a@b/c\"); public static T Any<T>(RpcEndpoint rpc) where T : class, XmppRpc.Contracts.IRpcContract<T> => rpc.Get<T>(\"a@b/c\"); }" },
    };

    public static TheoryData<string, string, string, string> Fixes => new()
    {
        { "XRPC009", "", Service("Task GoAsync(CancellationToken ct, int a, int b = 2);", "public Task GoAsync(CancellationToken ct, int a, int b) => Task.CompletedTask;") + "public static class User { public static Task Call(IC c, CancellationToken ct) { _ = c.GoAsync(ct, 1, 2); return c.GoAsync(ct, 1); } }",
            Service("Task GoAsync(int a, int b = 2, CancellationToken ct = default);", "public Task GoAsync(int a, int b, CancellationToken ct) => Task.CompletedTask;") + "public static class User { public static Task Call(IC c, CancellationToken ct) { _ = c.GoAsync(1, 2, ct); return c.GoAsync(1, ct: ct); } }" },
        { "XRPC010", "", Service("Task GoAsync(int a); Task RunAsync(CancellationToken stop = default);", "public Task GoAsync(int a) => Task.CompletedTask; public Task RunAsync(CancellationToken stop) => Task.CompletedTask;"),
            Service("Task GoAsync(int a, CancellationToken stop = default); Task RunAsync(CancellationToken stop = default);", "public Task GoAsync(int a, CancellationToken stop = default) => Task.CompletedTask; public Task RunAsync(CancellationToken stop) => Task.CompletedTask;") },
        { "XRPC010", "", Service("IAsyncEnumerable<int> Go();", "public async IAsyncEnumerable<int> Go() { await Task.Yield(); yield return 1; }"),
            Service("IAsyncEnumerable<int> Go(CancellationToken cancellationToken = default);", "public async IAsyncEnumerable<int> Go([EnumeratorCancellation] CancellationToken cancellationToken = default) { await Task.Yield(); yield return 1; }") },
        { "XRPC012", "", Service("Task GoAsync(DayOfWeek day = DayOfWeek.Friday);", "public Task GoAsync(DayOfWeek day = DayOfWeek.Monday) => Task.CompletedTask;"), Service("Task GoAsync(DayOfWeek day = DayOfWeek.Friday);", "public Task GoAsync(DayOfWeek day = DayOfWeek.Friday) => Task.CompletedTask;") },
        { "XRPC014", "", Service("IAsyncEnumerable<int> Go(CancellationToken ct);", "public async IAsyncEnumerable<int> Go(CancellationToken ct) { await Task.Yield(); yield return 1; }"), Service("IAsyncEnumerable<int> Go(CancellationToken ct);", "public async IAsyncEnumerable<int> Go([EnumeratorCancellation] CancellationToken ct) { await Task.Yield(); yield return 1; }") },
        { "XRPC041", "", Service("Task GoAsync();", "public Task GoAsync() => throw new RpcFaultException<List<int>>(\"late\", []);"), Service("[RpcFault<List<int>>(\"late\")]\n    Task GoAsync();", "public Task GoAsync() => throw new RpcFaultException<List<int>>(\"late\", []);") },
        { "XRPC060", "[RpcAuthorize]", Serving("Task GoAsync(); Task StayAsync();"), Serving("Task GoAsync(); Task StayAsync();").Replace("public partial", "[RpcAuthorize]\npublic partial") },
        { "XRPC060", "[RpcAllowAnyone]", Serving("Task GoAsync(); Task StayAsync();"), Serving("Task GoAsync(); Task StayAsync();").Replace("public partial", "[RpcAllowAnyone]\npublic partial") },
        { "XRPC090", "", "/// <summary>Plain.</summary>\npublic interface IOrders { Task GoAsync(); }\npublic static class Program { public static void Run(RpcEndpoint rpc) { rpc.Get<IOrders>(\"a@b/c\"); } }", "/// <summary>Plain.</summary>\n[RpcContract(\"acme.orders\")]\npublic partial interface IOrders { Task GoAsync(); }\npublic static class Program { public static void Run(RpcEndpoint rpc) { rpc.Get<IOrders>(\"a@b/c\"); } }" },
    };

    [Theory, MemberData(nameof(Bad))]
    public async Task What_is_likely_wrong_is_found_where_it_stands(string id, string source, string[] places) => Assert.Equal(places, await Rules.FindingsAsync(id, source));

    [Theory, MemberData(nameof(Good))]
    public async Task What_is_right_is_not_found(string id, string source)
    {
        Assert.Empty(await Rules.FindingsAsync(id, source));
        Assert.Equal("", Rules.Errors(source));
    }

    [Theory, MemberData(nameof(Fixes))]
    public async Task Fix_leaves_what_the_analyzer_accepts(string id, string title, string before, string after)
    {
        // A token that was required stays so where it comes last.
        var expected = id == "XRPC009" ? after.Replace("CancellationToken ct = default", "CancellationToken ct", StringComparison.Ordinal) : after;
        Assert.Equal(expected, await Fixing.FirstAsync(id, before, title));
        Assert.Empty(await Rules.FindingsAsync(id, expected));
    }

    [Fact]
    public async Task All_methods_of_a_file_get_a_token_at_once() => Assert.Equal(
        Service("Task GoAsync(CancellationToken cancellationToken = default); Task RunAsync(int a, CancellationToken cancellationToken = default);", "public Task GoAsync(CancellationToken cancellationToken = default) => Task.CompletedTask; public Task RunAsync(int a, CancellationToken cancellationToken = default) => Task.CompletedTask;"),
        await Fixing.AllAsync("XRPC010", Service("Task GoAsync(); Task RunAsync(int a);", "public Task GoAsync() => Task.CompletedTask; public Task RunAsync(int a) => Task.CompletedTask;")));

    [Fact]
    public async Task Later_in_a_program_is_found() => Assert.Equal(["Deferred.Later<int>()"],
        await Rules.FindingsAsync("XRPC031", "public static class Program { public static void Main() { var deferred = Deferred.Later<int>(); Console.WriteLine(deferred.Token); } }", Microsoft.CodeAnalysis.OutputKind.ConsoleApplication));

    [Fact]
    public async Task Decision_is_added_in_the_project_of_the_contract()
    {
        using var workspace = Fixing.Workspace(
            ("Api", [Rules.Usings.Replace("Acme", "Acme.Api") + Contract("Task GoAsync();")]),
            ("Host", [Rules.Usings + "using Acme.Api; public sealed class Service : IC { public Task GoAsync() => Task.CompletedTask; public static void Start(RpcEndpoint rpc) { rpc.Serve<IC>(new Service()); } }"]));

        var solution = await Fixing.ApplyAsync(workspace.CurrentSolution, "XRPC060", "[RpcAuthorize]", FixAllScope.Solution);

        Assert.Contains("[RpcContract(\"acme.c\")]\n[RpcAuthorize]\npublic partial interface IC", await Fixing.TextAsync(solution, "Api0.cs"), StringComparison.Ordinal);
    }
}
