using XmppRpc.Generators.Tests.Harness;

namespace XmppRpc.Generators.Tests.RuleTests;

/// <summary>Rules for those who call.</summary>
public sealed class CallRuleTests
{
    private static string Caller(string code, string modifiers = "async Task") => $$"""
        [RpcContract("acme.c"), RpcFault<long>("all")]
        public partial interface IC
        {
            [RpcFault<int>("late")] Task<int> GetAsync();
            ValueTask GoAsync();
            IAsyncEnumerable<int> List();
            Task<Deferred<int>> ApplyAsync();
            [RpcMethod(OneWay = true)] Task TouchAsync();
        }
        [RpcContract("acme.d")] public partial interface ID : IC;
        [RpcContract("acme.e")] public partial interface IE { Task PingAsync(); }
        public interface IPlain;
        public sealed class Caller(RpcEndpoint rpc)
        {
            public {{modifiers}} RunAsync(IC c, IPlain plain)
            {
                {{code}}
            }
            private static Task OtherAsync(RpcEndpoint rpc) => Task.CompletedTask;
            private Task OtherAsync() => OtherAsync(rpc);
        }
        """;

    public static TheoryData<string, string, string[]> Bad => new()
    {
        { "XRPC030", Caller("await c.ApplyAsync(); await c.ApplyAsync().ConfigureAwait(false);"), ["await c.ApplyAsync()", "await c.ApplyAsync().ConfigureAwait(false)"] },
        { "XRPC040", Caller("var a = c.GetAsync().Result; c.GetAsync().Wait(); c.GoAsync().AsTask().Wait(1); c.GetAsync().ConfigureAwait(false).GetAwaiter().GetResult(); c.GoAsync().GetAwaiter().GetResult();", "void"),
            ["c.GetAsync().Result", "c.GetAsync().Wait()", "c.GoAsync().AsTask().Wait(1)", "c.GetAsync().ConfigureAwait(false).GetAwaiter().GetResult()", "c.GoAsync().GetAwaiter().GetResult()"] },
        { "XRPC042", Caller("try { await c.GetAsync(); } catch (RpcFaultException<string>) { }"), ["catch (RpcFaultException<string>) { }"] },
        { "XRPC042", Caller("try { await c.GoAsync(); await foreach (var x in c.List()) { } } catch (RpcFaultException<int> e) when (e.FaultDetail > 1) { } finally { }"), ["catch (RpcFaultException<int> e) when (e.FaultDetail > 1) { }"] },
        { "XRPC043", Caller("if (c is IE) { } if (c is not IE e) { } if (c is IE { } f) { } var x = c as IE; var y = (IE)c; var z = c is ID; await Task.Yield();"), ["c is IE", "c is not IE e", "c is IE { } f", "c as IE", "(IE)c", "c is ID"] },
        { "XRPC044", Caller("c.GetAsync(); c.GoAsync(); c.List(); c.ApplyAsync();", "void"), ["c.GetAsync()", "c.GoAsync()", "c.List()", "c.ApplyAsync()"] },
        { "XRPC044", Caller("Action a = () => { c.GetAsync(); }; await Task.Yield();"), ["c.GetAsync()"] },
    };

    public static TheoryData<string, string> Good => new()
    {
        { "XRPC030", Caller("await await c.ApplyAsync(); var d = await c.ApplyAsync(); _ = await c.ApplyAsync(); Console.WriteLine(await (await c.ApplyAsync())); await c.GetAsync();") },
        { "XRPC040", Caller("var a = await c.GetAsync(); var task = c.GetAsync(); await task; Console.WriteLine(task.Result); OtherAsync().Wait();") },
        { "XRPC042", Caller("try { await c.GetAsync(); } catch (RpcFaultException<int>) { } catch (RpcFaultException<long>) { } try { await c.GoAsync(); await OtherAsync(); } catch (RpcFaultException<string>) { } try { throw new RpcFaultException<string>(\"a\", \"b\"); } catch (RpcFaultException<string>) { } try { var t = c.GoAsync(); await t; } catch (RpcFaultException<string>) { }") },
        { "XRPC043", Caller("if (c is IPlain) { } object o = c; if (o is IE) { } IC up = (IC)rpc.Get<ID>(\"a@b/c\"); if (plain is IC) { } await Task.Yield();") },
        { "XRPC044", Caller("c.TouchAsync(); _ = c.GetAsync(); var t = c.GoAsync(); OtherAsync();", "void") },
    };

    public static TheoryData<string, string, string, string> Fixes => new()
    {
        { "XRPC030", "Wait", Caller("await c.ApplyAsync();"), Caller("await await c.ApplyAsync();") },
        { "XRPC030", "Keep", Caller("await c.ApplyAsync();"), Caller("var deferred = await c.ApplyAsync();") },
        { "XRPC040", "Await", Caller("var a = c.GetAsync().Result + 1;"), Caller("var a = await c.GetAsync() + 1;") },
        { "XRPC040", "Await", Caller("var a = c.GetAsync().Result.ToString();"), Caller("var a = (await c.GetAsync()).ToString();") },
        { "XRPC040", "Await", Caller("c.GoAsync().AsTask().Wait();"), Caller("await c.GoAsync();") },
        { "XRPC040", "Await", Caller("c.GetAsync().ConfigureAwait(false).GetAwaiter().GetResult(); // now"), Caller("await c.GetAsync().ConfigureAwait(false); // now") },
        { "XRPC042", "Remove", Caller("try { await c.GetAsync(); } catch (RpcFaultException<string>) { } finally { }"), Caller("try { await c.GetAsync(); } finally { }") },
        { "XRPC042", "Remove", Caller("try { await c.GetAsync(); } catch (RpcFaultException<string>) { }"), Caller("{ await c.GetAsync(); }") },
        { "XRPC043", "Get", Caller("var y = (IE)c; await y.PingAsync();"), Caller("var y = rpc.Get<IE>(c.GetTarget()); await y.PingAsync();") },
        { "XRPC043", "Get", Caller("await (c as IE)!.PingAsync();"), Caller("await (rpc.Get<IE>(c.GetTarget()))!.PingAsync();") },
        { "XRPC044", "Await", Caller("c.GetAsync(); // now"), Caller("await c.GetAsync(); // now") },
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
        Assert.Equal(after, await Fixing.FirstAsync(id, before, title));
        Assert.Empty(await Rules.FindingsAsync(id, after));
        Assert.Equal("", Rules.Errors(after));
    }

    [Theory]
    [InlineData("XRPC044", "c.List();")]
    [InlineData("XRPC040", "c.GetAsync().Wait(100);")]
    [InlineData("XRPC043", "if (c is IE) { }")]
    public async Task What_has_no_sure_remedy_is_offered_none(string id, string code) => Assert.Empty(await Fixing.TitlesAsync(id, Caller(code)));

    [Fact]
    public async Task Where_nothing_can_be_awaited_await_is_not_offered() => Assert.Empty(await Fixing.TitlesAsync("XRPC040", Caller("Console.WriteLine(c.GetAsync().Result);", "void")));

    [Fact]
    public async Task All_of_a_file_are_awaited_at_once() => Assert.Equal(Caller("await c.GetAsync(); await c.GoAsync(); await c.GetAsync();"), await Fixing.AllAsync("XRPC044", Caller("c.GetAsync(); c.GoAsync(); c.GetAsync();")));
}
