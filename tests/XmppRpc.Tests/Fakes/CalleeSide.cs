using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using XmppRpc.Server;
using XmppRpc.TestKit.Time;
using XmppRpc.Timing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;

namespace XmppRpc.Tests.Fakes;

/// <summary>What a method of the fake contract does: the same that generated code calls.</summary>
internal delegate ValueTask Implementation(RpcArgumentReader arguments, RpcResponder responder, CancellationToken token);

/// <summary>The callee's side, put together as the endpoint does it, with a dispatcher written by hand.</summary>
internal sealed class CalleeSide : IAsyncDisposable
{
    public const string Instance = "x7Kd0w";
    public const string Link = Instance + "Zk3mPq8LtVw1cR";
    public static readonly Jid Self = Jid.Parse("orders@example.org/main");
    public static readonly Jid Caller = Jid.Parse("shop@example.org/1");
    public static readonly RpcJson Json = new(null);

    public static readonly RpcContractInfo Contract = new("acme.orders", 1, Json,
    [
        new("acme.orders", 1, "place", RpcMethodKind.Unary),
        new("acme.orders", 1, "tell", RpcMethodKind.OneWay),
        new("acme.orders", 1, "list", RpcMethodKind.Stream) { Stream = new RpcStreamAttribute { MaxBatch = 4, MaxBatchBytes = 100 } },
        new("acme.orders", 1, "decide", RpcMethodKind.Deferred),
        new("acme.orders", 1, "import", RpcMethodKind.Unary) { HasUpload = true },
    ], []);

    public CalleeSide(Func<RpcEndpointOptions, RpcEndpointOptions>? change = null, RpcContractInfo? contract = null, IReadOnlyList<RpcAuthorizeAttribute>? narrowing = null)
    {
        var options = new RpcEndpointOptions { Connection = new XmppConnectionOptions { Jid = Self, Password = "secret", Time = Time } };
        Batcher = new FrameBatcher(Sent.SendAsync, new BatchLimits(7680, 256, TimeSpan.FromHours(1)), Time);
        Wheel = new DeadlineWheel(Time);
        options = change?.Invoke(options) ?? options;
        Roster = new RosterGroups(Self, token => FetchRoster(token), Time, options.MaxRosterContacts, Log);
        var authorization = new Authorization(Self, Roster, options.Policies, Log);
        Limits = new CallerLimits(options, authorization, Log);
        Contracts = new ServedContracts(authorization);
        Contracts.Add(contract ?? Contract, new Dispatcher(this), narrowing);
        Calls = new ActiveCalls(Contracts, authorization, Limits, Batcher, Wheel, options, Instance, new PayloadPool(), Log);
    }

    public ManualTimeProvider Time { get; } = new();
    public SentStanzas Sent { get; } = new();
    public FrameBatcher Batcher { get; }
    public DeadlineWheel Wheel { get; }
    public ServedContracts Contracts { get; }
    public ActiveCalls Calls { get; }
    public CallerLimits Limits { get; }
    public RosterGroups Roster { get; }
    public RecordedLog Log { get; } = new();

    /// <summary>What the called method does; unless told, it replies "ok".</summary>
    public Implementation On { get; set; } = (_, responder, _) => responder.ReplyAsync(Task.FromResult("ok"), Json.TypeInfo<string>());

    /// <summary>Answers for the roster; unless told, it never comes.</summary>
    public Func<CancellationToken, Task<IReadOnlyList<RosterItem>>> FetchRoster { get; set; } = _ => new TaskCompletionSource<IReadOnlyList<RosterItem>>().Task;

    /// <summary>A contract of the same name with these methods.</summary>
    public static RpcContractInfo ContractOf(params RpcMethodInfo[] methods) => new("acme.orders", 1, Json, methods, []);

    public static CallFrame NewCall(long number, string method = "place", string arguments = "{}", string link = Link) =>
        new(new CallId(link, number), "acme.orders/" + method, 1, TextFrames.Utf8(arguments));

    public static CallFrame NewStream(long number, long items = 100, long bytes = 100_000) =>
        new(new CallId(Link, number), "acme.orders/list", 1, default) { Credit = new Credit(items, bytes) };

    public void Receive(CallBoundFrame frame, Jid? from = null)
    {
        var work = new HandOver(Batcher, Time, TimeSpan.FromMilliseconds(1));
        Calls.Receive(from ?? Caller, frame, work);
        work.Start();
    }

    public async Task<FaultFrame> RefusedAsync(CallBoundFrame frame, Jid? from = null)
    {
        Receive(frame, from);
        var fault = await Sent.NextFrameAsync<FaultFrame>();
        Assert.Equal(frame.Id, fault.Id);
        return fault;
    }

    public async Task<ReplyFrame> RepliedAsync(CallBoundFrame frame)
    {
        Receive(frame);
        var reply = await Sent.NextFrameAsync<ReplyFrame>();
        Assert.Equal(frame.Id, reply.Id);
        return reply;
    }

    /// <summary>Receives a call that runs until the returned source is set.</summary>
    public async Task<TaskCompletionSource<string>> RunAsync(CallFrame call)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var result = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var before = On;
        On = async (arguments, responder, token) =>
        {
            await using var registration = token.Register(() => result.TrySetCanceled(token));
            started.SetResult();
            await responder.ReplyAsync(result.Task, Json.TypeInfo<string>());
        };
        Receive(call);
        await started.Task.WaitAsync(TimeSpan.FromSeconds(30));
        On = before;
        return result;
    }

    /// <summary>A caller goes and does not come back within the grace.</summary>
    public void Lose(Jid caller)
    {
        Calls.CallerGone(caller);
        Time.Advance(Calls.Options.PeerGrace + DeadlineWheel.Tick + DeadlineWheel.Tick);
    }

    public ValueTask DisposeAsync()
    {
        Wheel.Dispose();
        return Batcher.DisposeAsync();
    }

    private sealed class Dispatcher(CalleeSide side) : RpcDispatcher
    {
        public override ValueTask DispatchAsync(int method, RpcArgumentReader arguments, RpcResponder responder, CancellationToken cancellationToken) =>
            side.On(arguments, responder, cancellationToken);
    }
}

/// <summary>Keeps what was logged.</summary>
internal sealed class RecordedLog : ILogger
{
    public ConcurrentQueue<(LogLevel Level, string Text)> Lines { get; } = new();

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue((logLevel, formatter(state, exception)));
}
