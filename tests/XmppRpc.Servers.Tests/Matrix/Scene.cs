using System.Net;
using XmppRpc.Servers.Peer;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Matrix;

/// <summary>
/// One trouble, met by calls of every shape, by accounts and components, to an account and a component at a time. Every shape has a caller of its own, so
/// that none is helped by another's frames.
/// </summary>
internal sealed class Scene : IAsyncDisposable
{
    /// <summary>What takes longer hangs.</summary>
    public static readonly TimeSpan Guard = TimeSpan.FromSeconds(25);

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20), Short = TimeSpan.FromSeconds(1);
    private static int _number;

    private readonly Ledger _ledger = new();
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly List<FaultProxy> _proxies = [];
    private readonly Dictionary<(Shape, Side), RpcEndpoint> _callers = [];
    private readonly Dictionary<Side, RpcTarget> _targets = [];
    private readonly List<Cell> _cells = [];
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Trouble _trouble;
    private readonly XmppServer _server;
    private readonly string _resource;

    private Scene(Trouble trouble, XmppServer server) => (_trouble, _server, _resource) = (trouble, server, $"x{Interlocked.Increment(ref _number)}");

    private bool Hibernates => _trouble is Trouble.CalleeHibernates or Trouble.CallerHibernates;

    private bool IsKilled => _trouble is Trouble.CalleeIsKilled or Trouble.CalleeRestarts or Trouble.CallerIsKilled or Trouble.CallerRestarts;

    /// <summary>Plays it to its end.</summary>
    public static async Task<IReadOnlyList<Cell>> PlayAsync(Trouble trouble, XmppServerFixture servers, ServerKind kind)
    {
        var hibernates = trouble is Trouble.CalleeHibernates or Trouble.CallerHibernates;
        await using var scene = new Scene(trouble, await servers.StartAsync(kind, hibernates ? Faults.Setups.Patient : Faults.Setups.Forgetful));
        await scene.PlayAsync();
        return scene._cells;
    }

    /// <summary>Whether a side that is connected so can be in that trouble: a component never hibernates, and has no instances behind it.</summary>
    public static bool Has(Trouble trouble, Shape shape, Side caller, Side callee) => trouble switch
    {
        // That a component is another process by now shows only where it is sent something: its server tells nobody, and it answers to pings.
        Trouble.CallerRestarts when caller is Side.Component => shape is Shape.Download or Shape.Upload or Shape.Duplex,
        Trouble.CalleeHibernates or Trouble.NobodyAtAccount => callee is Side.Account,
        Trouble.CallerHibernates => caller is Side.Account,
        _ => true,
    };

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_owned.Select(async owned => await owned.DisposeAsync()));
        foreach (var proxy in _proxies)
            await proxy.DisposeAsync();
        _cancellation.Dispose();
    }

    private async Task PlayAsync()
    {
        if (_trouble is Trouble.CallerIsKilled or Trouble.CallerRestarts)
        {
            await PlayCallersDeathAsync();
            return;
        }
        var callee = await CalleesAsync();
        await CallersAsync();
        await StartAsync();
        switch (_trouble)
        {
            case Trouble.CallerCancels:
                await _cancellation.CancelAsync();
                break;
            case Trouble.CalleeIsKilled:
                await callee!.KillAsync();
                break;
            case Trouble.CalleeRestarts:
                await callee!.KillAsync();
                _owned.Add(await PeerProcess.ServeAsync(_ledger, Guard, CalleeStrings()));
                break;
            case Trouble.CutAtCallee or Trouble.CutAtCaller or Trouble.CutAtBoth or Trouble.CutAgain or Trouble.CalleeHibernates or Trouble.CallerHibernates:
                await CutAsync();
                break;
        }
        await Task.WhenAll(_cells.Select(cell => cell.EndedAsync(Guard, Expectations.Of(_trouble, cell.Shape))));
        if (_trouble is not (Trouble.CalleeIsKilled or Trouble.NobodyAtAccount or Trouble.NobodyAtAddress or Trouble.Timeout))
            await AssertUsableAsync();
        foreach (var caller in _callers.Values)
            Assert.Equal(0, caller.PendingCalls);
    }

    private async Task PlayCallersDeathAsync()
    {
        await CalleesAsync();
        string[] connections = [ConnectionString(Side.Account, "alice", ""), ConnectionString(Side.Component, "m2", "")];
        var callers = await PeerProcess.CallAsync(_ledger, Guard, connections, [.. _targets.Values.Select(target => target.Address.ToString())]);
        _owned.Add(callers);
        foreach (var (side, target) in _targets)
            foreach (var shape in Enum.GetValues<Shape>())
                foreach (var caller in Enum.GetValues<Side>())
                    if (Has(_trouble, shape, caller, side))
                        _cells.Add(new Cell(shape, caller, side, _ledger, $"{(int)caller}-{target.Address}-{shape}", Deadline));
        await Task.WhenAll(_cells.Select(cell => _ledger.UntilAsync($"{(cell.Shape is Shape.Unary or Shape.OneWay ? "started" : "reached")} {cell.Key}", Guard)));
        await callers.KillAsync();
        if (_trouble is Trouble.CallerRestarts)
            _owned.Add(await PeerProcess.ServeAsync(_ledger, Guard, connections));
        await Task.WhenAll(_cells.Select(cell => cell.EndedAsync(Guard, Expectations.Of(_trouble, cell.Shape))));
    }

    /// <summary>The callees: in this process, or in one that can be killed.</summary>
    private async Task<PeerProcess?> CalleesAsync()
    {
        if (_trouble is not Trouble.NobodyAtAccount)
            _targets[Side.Component] = XmppServer.ComponentDomain("m1");
        _targets[Side.Account] = _trouble is Trouble.NobodyAtAccount ? "carol@localhost" : $"bob@localhost/{_resource}";
        if (_trouble is Trouble.CalleeHibernates)
            _targets.Remove(Side.Component);
        if (_trouble is Trouble.NobodyAtAccount or Trouble.NobodyAtAddress)
            return null;
        if (_trouble is Trouble.CalleeIsKilled or Trouble.CalleeRestarts)
        {
            var process = await PeerProcess.ServeAsync(_ledger, Guard, CalleeStrings());
            _owned.Add(process);
            return process;
        }
        foreach (var side in _targets.Keys)
        {
            var cut = _trouble is Trouble.CutAtCallee or Trouble.CutAtBoth or Trouble.CutAgain or Trouble.CalleeHibernates;
            var callee = await ConnectAsync(side, side is Side.Account ? "bob" : "m1", "", cut);
            callee.Serve<IDrill>(new Drill(_ledger, () => callee.Replier));
        }
        return null;
    }

    private string[] CalleeStrings() => [ConnectionString(Side.Account, "bob", ""), ConnectionString(Side.Component, "m1", "")];

    private async Task CallersAsync()
    {
        var cut = _trouble is Trouble.CutAtCaller or Trouble.CutAtBoth or Trouble.CutAgain or Trouble.CallerHibernates;
        foreach (var side in _trouble is Trouble.CallerHibernates ? [Side.Account] : Enum.GetValues<Side>())
            foreach (var shape in Enum.GetValues<Shape>())
                _callers[(shape, side)] = await ConnectAsync(side, side is Side.Account ? "alice" : $"m{2 + (int)shape}", $"-{shape}", cut);
    }

    private async Task StartAsync()
    {
        foreach (var shape in Enum.GetValues<Shape>())
            foreach (var ((_, caller), endpoint) in _callers.Where(entry => entry.Key.Item1 == shape))
                foreach (var (callee, target) in _targets)
                    Start(shape, caller, callee, endpoint, target);
        if (_trouble is Trouble.Timeout)
        {
            await Task.WhenAll(_cells.Select(cell => _ledger.UntilAsync($"started {cell.Key} ", Guard)));
            foreach (var shape in new[] { Shape.Download, Shape.Duplex })
                foreach (var ((_, caller), endpoint) in _callers.Where(entry => entry.Key.Item1 == shape))
                    foreach (var (callee, target) in _targets)
                        Start(shape, caller, callee, endpoint, target, waits: false);
        }
        else if (_trouble is not (Trouble.NobodyAtAccount or Trouble.NobodyAtAddress))
            await Task.WhenAll(_cells.Select(cell => cell.ArmedAsync(Guard)));
    }

    private void Start(Shape shape, Side caller, Side callee, RpcEndpoint endpoint, RpcTarget target, bool waits = true)
    {
        var mustWait = _trouble is Trouble.Timeout && shape is Shape.Download or Shape.Duplex;
        if (mustWait && waits)
            return;
        var cell = new Cell(shape, caller, callee, _ledger, $"{caller}-{callee}-{shape}", _trouble is not Trouble.Timeout ? Deadline : mustWait ? Short / 2 : 2 * Short);
        _cells.Add(cell);
        cell.Start(endpoint, target, _trouble switch
        {
            Trouble.Nothing => Act.Answer,
            Trouble.ImplementationFails => Act.Fail,
            Trouble.CallerCancels when shape is Shape.Deferred => Act.Stall,
            Trouble.Timeout => Act.Stall,
            _ => Act.Hold,
        }, _cancellation.Token);
        if (_trouble is Trouble.Nothing)
            cell.Open();
    }

    /// <summary>What is answered and sent while the link is cut is lost with it.</summary>
    private async Task CutAsync()
    {
        foreach (var proxy in _proxies)
            await proxy.RefuseAsync();
        foreach (var proxy in _proxies)
            proxy.CutAll(CutKind.Reset);
        foreach (var cell in _cells)
            cell.Open();
        await Task.WhenAll(_cells.Where(cell => cell.Shape is Shape.Unary or Shape.Deferred).Select(cell => _ledger.UntilAsync($"ended {cell.Key} ", Guard)));
        foreach (var proxy in _proxies)
        {
            // Inside the login, or soon behind it: an account's takes some 4 KiB, a component's 400 bytes.
            if (_trouble is Trouble.CutAgain)
                proxy.Next(from bytes in new[] { 500, 5500 } select FaultScript.Pass.ToClient(Fault.Cut(At.Byte(bytes), CutKind.Reset)));
            proxy.Accept();
        }
    }

    /// <summary>Calls go on as before, and behind them comes nothing that was before them.</summary>
    private async Task AssertUsableAsync()
    {
        foreach (var ((shape, caller), endpoint) in _callers)
            foreach (var (callee, target) in _targets)
                Assert.Equal(Drill.Answer, await AskAsync(endpoint.Get<IDrill>(target).With(new RpcCallOptions { Timeout = Deadline, Delivery = RpcDelivery.WaitUntilAvailable }), $"after-{caller}-{callee}-{shape}"));
    }

    private static async Task<int> AskAsync(IDrill drill, string key)
    {
        try
        {
            return await drill.AskAsync(key, Act.Answer);
        }
        catch (RpcException e) when (e.Code == "wrong-instance")
        {
            // Nothing was open, so nobody had noticed that the callee is another one.
            return await drill.AskAsync(key, Act.Answer);
        }
    }

    private async Task<RpcEndpoint> ConnectAsync(Side side, string name, string suffix, bool proxied)
    {
        var connection = XmppConnectionOptions.Parse(ConnectionString(side, name, suffix)) with
        {
            MinReconnectDelay = TimeSpan.FromMilliseconds(10),
            MaxReconnectDelay = TimeSpan.FromMilliseconds(50),
            StreamManagement = Hibernates || IsKilled,
        };
        if (proxied)
        {
            var proxy = side is Side.Account ? FaultProxy.Start(_server) : FaultProxy.Start(new IPEndPoint(IPAddress.Loopback, _server.ComponentPort));
            _proxies.Add(proxy);
            connection = proxy.Through(connection);
        }
        var endpoint = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions
        {
            Connection = connection,
            PeerGrace = IsKilled ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(5),
            PeerSilence = TimeSpan.FromSeconds(0.3),
            StreamProbeInterval = TimeSpan.FromSeconds(0.5),
            // Of a stream that stands still, the sender waits for a word of its receiver.
            StreamSilence = TimeSpan.FromSeconds(_trouble is Trouble.CallerRestarts ? 3 : 30),
            FindTimeout = Short,
            DrainTimeout = TimeSpan.Zero,
            ServerInterceptors = _trouble is Trouble.Timeout ? [new Silence()] : [],
        });
        _owned.Add(endpoint);
        return endpoint;
    }

    /// <summary>Keeps streams from giving a sign of life, until their callers give up.</summary>
    private sealed class Silence : RpcServerInterceptor
    {
        public override async ValueTask InvokeAsync(RpcContext context, Func<RpcContext, ValueTask> next)
        {
            if (context.Method is "down" or "both")
                await Task.Delay(Timeout.Infinite, context.Cancellation);
            await next(context);
        }
    }

    private string ConnectionString(Side side, string name, string suffix) => side is Side.Account ? _server.ConnectionString(name, _resource + suffix) : _server.ComponentConnectionString(name);
}
