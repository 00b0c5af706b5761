using System.Collections.Frozen;
using XmppRpc.Xmpp;

namespace XmppRpc;

/// <summary>Settings of an endpoint: immutable, checked when it connects. Sizes are in bytes.</summary>
public sealed record RpcEndpointOptions
{
    // What a stanza takes besides its frames: tags and addresses.
    private const int StanzaOverhead = 8 * 1024;

    /// <summary>The account and its XMPP server; time and log come from here too.</summary>
    public required XmppConnectionOptions Connection { get; init; }

    /// <summary>Time a call may take if neither it nor its method nor its contract says. Default 30 s.</summary>
    public TimeSpan DefaultTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether the text of unexpected exceptions of implementations is sent to callers. Default false: they get the call id only.</summary>
    public bool ExceptionDetails { get; init; }

    /// <summary>Who may call where <see cref="RpcAuthorizeAttribute.Policy"/> names them: asked before the arguments are read, with the call's context. Default none.</summary>
    public IReadOnlyDictionary<string, Func<RpcContext, ValueTask<bool>>> Policies { get; init; } = FrozenDictionary<string, Func<RpcContext, ValueTask<bool>>>.Empty;

    /// <summary>What stands between this endpoint's proxies and their calls; the first is the outermost. Default none, which costs nothing.</summary>
    public IReadOnlyList<RpcClientInterceptor> ClientInterceptors { get; init; } = [];

    /// <summary>What stands between received calls and their implementations; the first is the outermost. Default none.</summary>
    public IReadOnlyList<RpcServerInterceptor> ServerInterceptors { get; init; } = [];

    /// <summary>Most bytes of frames that share a stanza; a larger frame goes alone. Default 7.5 KiB: stock Prosody stalls 44 ms above 8 KiB.</summary>
    public int MaxBatchBytes { get; init; } = 7680;

    /// <summary>
    /// The same, for peers of the own domain where the XMPP server says that it is ejabberd: that passes larger stanzas on without waiting, and charges by the stanza. Default 32 KiB.
    /// </summary>
    public int MaxBatchBytesOnEjabberd { get; init; } = 32 * 1024;

    /// <summary>Most frames in a stanza. Default 256.</summary>
    public int MaxBatchFrames { get; init; } = 256;

    /// <summary>Longest time that frames wait for others while a received stanza is worked off. Default 1 ms.</summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Most bytes of a stanza's text, from 1 KiB. A larger frame goes in parts, other frames between them. Default 64 KiB.</summary>
    public int MaxStanzaBytes { get; init; } = 64 * 1024;

    /// <summary>Most bytes of each part of a frame that is larger than <see cref="MaxStanzaBytes"/>, from 1 KiB. Default 32 KiB.</summary>
    public int MaxPartBytes { get; init; } = 32 * 1024;

    /// <summary>Largest frame in bytes, so largest arguments, result or item, less 1 KiB; what is larger is refused before it is sent, with the code <c>too-large</c>. Default 8 MiB.</summary>
    public int MaxFrameBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Bytes of received frames of which some parts are missing, of one peer (all resources of an account together). Default 16 MiB; a frame that would exceed it is dropped.</summary>
    public long MaxHalfBuiltBytesPerPeer { get; init; } = 16 * 1024 * 1024;

    /// <summary>As <see cref="MaxHalfBuiltBytesPerPeer"/>, of all peers. Default 64 MiB.</summary>
    public long MaxHalfBuiltBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long the next part of a frame may take before the parts that have come are dropped. Default 30 s.</summary>
    public TimeSpan PartTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Items to which the window of a stream grows while its consumer keeps up. Default 4,096.</summary>
    public int MaxStreamWindow { get; init; } = 4096;

    /// <summary>Bytes to which the window of a stream grows while its consumer keeps up. Default 1 MiB.</summary>
    public long MaxStreamWindowBytes { get; init; } = 1024 * 1024;

    /// <summary>How often the receiving side of a stream on which nothing comes asks for it. Default 10 s.</summary>
    public TimeSpan StreamProbeInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long the sending side of a stream goes on without a word of its receiver. Default 60 s: more than the receiver's probe interval and the time that an XMPP
    /// server keeps a lost session to be resumed together.
    /// </summary>
    public TimeSpan StreamSilence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the calls to a peer that seems gone wait for it to come back: for their own process, with all that runs there. Default 3 s.</summary>
    public TimeSpan PeerGrace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a call to a bare JID waits for an instance to answer, unless it says <see cref="RpcDelivery.WaitUntilAvailable"/>. Default 5 s.</summary>
    public TimeSpan FindTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long nothing may come of a peer while calls or streams with it are open, before it is asked whether it lives (XEP-0199); and of one call, before it is sent again under its id. Default 5 s.</summary>
    public TimeSpan PeerSilence { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Calls of this endpoint that may be open at a time. Default 100,000; above, a call fails with <see cref="RpcStatus.ResourceExhausted"/>.</summary>
    public int MaxPendingCalls { get; init; } = 100_000;

    /// <summary>Calls of this endpoint to one peer that may be open at a time. Default 10,000.</summary>
    public int MaxPendingCallsPerPeer { get; init; } = 10_000;

    /// <summary>Received calls that run at a time. Default 1,024; further ones wait.</summary>
    public int MaxConcurrentCalls { get; init; } = 1024;

    /// <summary>Received calls that have a stream open, of either direction, at a time; they do not count as running ones. Default 10,000; above, a call is refused with <c>busy</c>.</summary>
    public int MaxStreams { get; init; } = 10_000;

    /// <summary>Received calls that wait for their turn. Default 8,192; above, a call is refused with <c>busy</c>.</summary>
    public int MaxWaitingCalls { get; init; } = 8192;

    /// <summary>Bytes of arguments of calls that wait for their turn. Default 8 MiB.</summary>
    public long MaxWaitingBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>
    /// Calls that one account may make in a second, and as many at once after a quiet second; above, a call is refused with <c>busy</c> before its arguments are read. For accounts of the endpoint's own domain
    /// and of domains that a served contract names. Default null: no limit.
    /// </summary>
    public double? MaxCallsPerSecondPerCaller { get; init; }

    /// <summary>The same for all accounts together of any other domain: there anybody may make accounts without end. Default 1,000; null for no limit.</summary>
    public double? MaxCallsPerSecondPerDomain { get; init; } = 1000;

    /// <summary>Received calls of one caller that run or wait to. Default 4,096; above, a call is refused with <c>busy</c>. A caller is here and below an account, or all accounts of a domain that no served contract names.</summary>
    public int MaxConcurrentCallsPerCaller { get; init; } = 4096;

    /// <summary>Received calls of one caller that have a stream open, of either direction. Default 1,024; above, a call is refused with <c>busy</c>.</summary>
    public int MaxStreamsPerCaller { get; init; } = 1024;

    /// <summary>Received calls of one caller that may wait for a deferred answer. Default 10,000; above, the call fails with <c>busy</c>.</summary>
    public int MaxDeferredCallsPerCaller { get; init; } = 10_000;

    /// <summary>
    /// Refusals, and answers to <c>who</c>, that one account of the endpoint's own domain, or of one that a served contract names, gets in a second. Default 10,000; further ones are not sent, only counted, and
    /// the callers wait for their time to pass.
    /// </summary>
    public double MaxRefusalsPerSecondPerCaller { get; init; } = 10_000;

    /// <summary>The same for all accounts together of any other domain. Default 250.</summary>
    public double MaxRefusalsPerSecondPerDomain { get; init; } = 250;

    /// <summary>Callers whose limits are watched one by one. Default 10,000; further ones share one budget, that of a domain.</summary>
    public int MaxTrackedCallers { get; init; } = 10_000;

    /// <summary>Contacts of the endpoint's own roster that are kept for <see cref="RpcAuthorizeAttribute.RosterGroups"/>. Default 100,000; further ones count as in no group.</summary>
    public int MaxRosterContacts { get; init; } = 100_000;

    /// <summary>Bytes of frames that may wait to be sent, when the XMPP server takes them slowly. Default 16 MiB; above, new calls of this endpoint fail with <see cref="RpcStatus.ResourceExhausted"/> and received ones are refused with <c>busy</c>, above twice that without an answer.</summary>
    public long MaxQueuedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Questions of others (disco, ping, <c>who</c>) that may be under way at a time. Default 1,024; further ones are not answered.</summary>
    public int MaxAnswers { get; init; } = 1024;

    /// <summary>Peers that directed presence was sent to and that are not known to be gone. Default 100,000; with further ones neither side learns at once of the other's end.</summary>
    public int MaxIntroductions { get; init; } = 100_000;

    /// <summary>Received calls that may wait for a deferred answer. Default 100,000.</summary>
    public int MaxDeferredCalls { get; init; } = 100_000;

    /// <summary>Numbers of calls remembered for one link, so that none runs twice. Default 65,536; above, a call is refused with <c>busy</c>.</summary>
    public int MaxRememberedCalls { get; init; } = 65_536;

    /// <summary>Bytes of replies kept for one link, to be sent again. Default 4 MiB.</summary>
    public long MaxRememberedReplyBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Links of callers that are remembered at a time, in all. Default 10,000; above, a call on a new one is refused with <c>busy</c>.</summary>
    public int MaxCallerLinks { get; init; } = 10_000;

    /// <summary>Links of one caller, so about its processes, that are remembered at a time. Default 256; above, a call on a new one is refused with <c>busy</c>.</summary>
    public int MaxLinksPerCaller { get; init; } = 256;

    /// <summary>Instances behind one bare JID that calls are spread over. Default 256; further ones are not used.</summary>
    public int MaxInstances { get; init; } = 256;

    /// <summary>Time after which a link without calls is forgotten: by the callee; the caller starts a new one after half of it. Default 10 min.</summary>
    public TimeSpan LinkRetention { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long the endpoint waits for running calls when it is disposed. Default 5 s.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Most bytes of a stanza's text when an XMPP server has rewritten it.</summary>
    internal int MaxEscapedBytes => Connection.MaxSentStanzaBytes - StanzaOverhead;

    internal void Validate()
    {
        Require(DefaultTimeout > TimeSpan.Zero || DefaultTimeout == Timeout.InfiniteTimeSpan, nameof(DefaultTimeout));
        Require(MaxBatchBytes >= 256 && MaxBatchBytes + StanzaOverhead <= Connection.MaxSentStanzaBytes, nameof(MaxBatchBytes));
        Require(MaxBatchBytesOnEjabberd >= 256 && MaxBatchBytesOnEjabberd + StanzaOverhead <= Connection.MaxSentStanzaBytes, nameof(MaxBatchBytesOnEjabberd));
        Require(MaxBatchFrames > 0, nameof(MaxBatchFrames));
        Require(MaxHold > TimeSpan.Zero, nameof(MaxHold));
        Require(MaxStanzaBytes >= WireSizes.LeastStanzaText && MaxStanzaBytes + StanzaOverhead <= Connection.MaxSentStanzaBytes, nameof(MaxStanzaBytes));
        Require(MaxPartBytes is >= 1024 and <= int.MaxValue - StanzaOverhead && MaxPartBytes + StanzaOverhead <= Connection.MaxSentStanzaBytes, nameof(MaxPartBytes));
        Require(MaxFrameBytes >= MaxStanzaBytes && MaxFrameBytes <= WireSizes.MaxParts * (long)Math.Min(MaxPartBytes, MaxStanzaBytes - WireSizes.PartOverhead), nameof(MaxFrameBytes));
        Require(MaxHalfBuiltBytesPerPeer >= MaxFrameBytes, nameof(MaxHalfBuiltBytesPerPeer));
        Require(MaxHalfBuiltBytes >= MaxHalfBuiltBytesPerPeer, nameof(MaxHalfBuiltBytes));
        Require(PartTimeout > TimeSpan.Zero, nameof(PartTimeout));
        Require(MaxStreamWindow > 0, nameof(MaxStreamWindow));
        Require(MaxStreamWindowBytes > 0, nameof(MaxStreamWindowBytes));
        Require(StreamProbeInterval > TimeSpan.Zero, nameof(StreamProbeInterval));
        Require(StreamSilence > StreamProbeInterval, nameof(StreamSilence));
        Require(PeerGrace > TimeSpan.Zero, nameof(PeerGrace));
        Require(FindTimeout > TimeSpan.Zero, nameof(FindTimeout));
        Require(PeerSilence > TimeSpan.Zero, nameof(PeerSilence));
        Require(MaxPendingCalls > 0, nameof(MaxPendingCalls));
        Require(MaxPendingCallsPerPeer > 0, nameof(MaxPendingCallsPerPeer));
        Require(MaxConcurrentCalls > 0, nameof(MaxConcurrentCalls));
        Require(MaxStreams > 0, nameof(MaxStreams));
        Require(MaxWaitingCalls >= 0, nameof(MaxWaitingCalls));
        Require(MaxWaitingBytes >= 0, nameof(MaxWaitingBytes));
        Require(MaxCallsPerSecondPerCaller is null or (> 0 and < double.PositiveInfinity), nameof(MaxCallsPerSecondPerCaller));
        Require(MaxCallsPerSecondPerDomain is null or (> 0 and < double.PositiveInfinity), nameof(MaxCallsPerSecondPerDomain));
        Require(MaxConcurrentCallsPerCaller > 0, nameof(MaxConcurrentCallsPerCaller));
        Require(MaxStreamsPerCaller >= 0, nameof(MaxStreamsPerCaller));
        Require(MaxDeferredCallsPerCaller >= 0, nameof(MaxDeferredCallsPerCaller));
        Require(MaxRefusalsPerSecondPerCaller is > 0 and < double.PositiveInfinity, nameof(MaxRefusalsPerSecondPerCaller));
        Require(MaxRefusalsPerSecondPerDomain is > 0 and < double.PositiveInfinity, nameof(MaxRefusalsPerSecondPerDomain));
        Require(MaxTrackedCallers >= 0, nameof(MaxTrackedCallers));
        Require(MaxRosterContacts >= 0, nameof(MaxRosterContacts));
        Require(ClientInterceptors.All(interceptor => interceptor is not null), nameof(ClientInterceptors));
        Require(ServerInterceptors.All(interceptor => interceptor is not null), nameof(ServerInterceptors));
        Require(MaxQueuedBytes > 0, nameof(MaxQueuedBytes));
        Require(MaxAnswers > 0, nameof(MaxAnswers));
        Require(MaxIntroductions > 0, nameof(MaxIntroductions));
        Require(MaxDeferredCalls >= 0, nameof(MaxDeferredCalls));
        Require(MaxRememberedCalls > 0, nameof(MaxRememberedCalls));
        Require(MaxRememberedReplyBytes >= 0, nameof(MaxRememberedReplyBytes));
        Require(MaxCallerLinks > 0, nameof(MaxCallerLinks));
        Require(MaxLinksPerCaller > 0, nameof(MaxLinksPerCaller));
        Require(MaxInstances > 0, nameof(MaxInstances));
        Require(LinkRetention > TimeSpan.Zero, nameof(LinkRetention));
        Require(DrainTimeout >= TimeSpan.Zero, nameof(DrainTimeout));
    }

    private static void Require(bool valid, string option)
    {
        if (!valid)
            throw new ArgumentException($"RpcEndpointOptions.{option} is out of its range.");
    }
}
