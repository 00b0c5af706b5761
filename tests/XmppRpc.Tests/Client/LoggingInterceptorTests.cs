using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.TestKit.Time;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Client;

public class LoggingInterceptorTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly RecordedLog _log = new();

    [Fact]
    public async Task End_of_a_call_is_logged_with_its_time()
    {
        Assert.Equal("ok", await LogAsync(() => "ok"));
        var (level, text) = Assert.Single(_log.Lines);
        Assert.Equal((LogLevel.Information, "acme.orders/place at orders@example.org/main ended after 1500 ms."), (level, text));
    }

    [Fact]
    public async Task Failure_is_logged_with_status_and_outcome_and_thrown_on()
    {
        await Assert.ThrowsAsync<RpcException>(() => LogAsync(() => throw new RpcException(RpcStatus.Unavailable, "secret text") { Outcome = RpcOutcome.NotExecuted }));
        var (level, text) = Assert.Single(_log.Lines);
        Assert.Equal((LogLevel.Warning, "acme.orders/place at orders@example.org/main failed after 1500 ms: Unavailable, outcome NotExecuted."), (level, text));
    }

    private Task<string> LogAsync(Func<string> call) => new RpcLoggingInterceptor(_log, _time).CallAsync(
        new RpcClientCall(Jid.Parse("orders@example.org/main"), "acme.orders", new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary), new RpcCallOptions(), CancellationToken.None),
        async _ =>
        {
            _time.Advance(TimeSpan.FromSeconds(1.5));
            await Task.Yield();
            return call();
        }).AsTask();
}
