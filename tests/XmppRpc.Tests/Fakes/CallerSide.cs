using System.Collections.Frozen;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using XmppRpc.Client;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.TestKit.Time;
using XmppRpc.Timing;
using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Fakes;

/// <summary>The caller's side, put together as the endpoint does it, over a fake connection and a clock that stands still.</summary>
internal sealed class CallerSide : IAsyncDisposable
{
    public static readonly Jid Peer = Jid.Parse("orders@example.org/main");
    public static readonly RpcMethodInfo Unary = new("acme.orders", 1, "place", RpcMethodKind.Unary);
    public static readonly RpcMethodInfo OneWay = new("acme.orders", 1, "tell", RpcMethodKind.OneWay);
    public static readonly RpcMethodInfo Later = new("acme.orders", 1, "decide", RpcMethodKind.Deferred);
    public static readonly RpcMethodInfo Listing = new("acme.orders", 1, "list", RpcMethodKind.Stream) { Stream = new RpcStreamAttribute { Window = 8, WindowBytes = 1000 } };
    private static readonly RpcJson Json = new(null);

    public CallerSide(RpcEndpointOptions? options = null, ILogger? log = null)
    {
        Options = options ?? NewOptions(Time);
        Batcher = new FrameBatcher(Sent.SendAsync, new BatchLimits(7680, 256, TimeSpan.FromHours(1)), Time);
        Wheel = new DeadlineWheel(Time);
        Pending = new PendingCalls(Batcher, Wheel, Options, log);
        Links = new Links(Batcher, Wheel, Options);
        Targets = new Targets(Links, Batcher, new PeerFinder((jid, token) => Discover(jid, token), jid =>
        {
            Announced.Add(jid);
            return ValueTask.CompletedTask;
        }), Time, Options.FindTimeout);
        Links.Verify = Targets.Verify;
    }

    public ManualTimeProvider Time { get; } = new();
    public SentStanzas Sent { get; } = new();
    public RpcEndpointOptions Options { get; }
    public FrameBatcher Batcher { get; }
    public DeadlineWheel Wheel { get; }
    public PendingCalls Pending { get; }
    public Links Links { get; }
    public Targets Targets { get; }
    public List<Jid> Announced { get; } = [];

    /// <summary>Answers disco; unless told, the peer is an instance that serves the contract.</summary>
    public Func<Jid, CancellationToken, Task<PeerInfo>> Discover { get; set; } = (_, _) => Task.FromResult(Info("x7Kd0w"));

    public static RpcEndpointOptions NewOptions(TimeProvider? time = null) =>
        new() { Connection = new XmppConnectionOptions { Jid = Jid.Parse("shop@example.org/1"), Password = "secret", Time = time ?? TimeProvider.System } };

    public static PeerInfo Info(string instance, params string[] contracts) =>
        new(instance, (contracts.Length == 0 ? ["acme.orders:1"] : contracts).ToFrozenSet(StringComparer.Ordinal), 65536);

    public static JsonTypeInfo<T> Type<T>() => Json.TypeInfo<T>();

    public ValueTask DisposeAsync()
    {
        Wheel.Dispose();
        return Batcher.DisposeAsync();
    }

    public Invoker Invoker(Jid? target = null, TimeSpan? timeout = null, RpcCallOptions? options = null) =>
        new(Pending, Targets, new PayloadPool(), target ?? Peer, timeout ?? TimeSpan.FromSeconds(30), options ?? new RpcCallOptions());

    /// <summary>The peer goes and does not come back within the grace.</summary>
    public void Lose(Jid? peer = null, string reason = "gone")
    {
        Discover = (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith<PeerInfo>(_ => throw new OperationCanceledException(), TaskScheduler.Default);
        Links.Doubt(peer ?? Peer, reason);
        Time.Advance(Options.PeerGrace + DeadlineWheel.Tick + DeadlineWheel.Tick);
    }

    /// <summary>A link as after disco.</summary>
    public Link Connect(string instance = "x7Kd0w") => Links.Learn(Peer, Info(instance));

    public Task<string> Call(TimeSpan? timeout = null, CancellationToken token = default) => Call(Invoker(timeout: timeout), token);

    public static Task<string> Call(Invoker invoker, CancellationToken token = default) => invoker.CallAsync(Unary, invoker.Begin(), Type<string>(), token);

    /// <summary>Brings a frame as the endpoint would: it counts only from the address that was called.</summary>
    public void Receive(CallBoundFrame frame, Jid? from = null)
    {
        var work = new HandOver(Batcher, Time, TimeSpan.FromMilliseconds(1));
        if (Links.Find(frame.Id.Scope, from ?? Peer) is { } link)
            PendingCalls.Receive(link, frame, work);
        work.Start();
    }

    public static async Task<T> FailsAsync<T>(Task task) where T : Exception => await Assert.ThrowsAnyAsync<T>(() => task.WaitAsync(TimeSpan.FromSeconds(30)));
}
