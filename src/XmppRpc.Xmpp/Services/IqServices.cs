using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>What a connection answers for its entity. Pure: a request in, its answer out. Safe for concurrent use.</summary>
internal sealed class IqServices
{
    /// <summary>The longest id that an answer echoes, in bytes of UTF-8: ids of those who mean well are far below, and whoever asks must not have us send much.</summary>
    private const int MaxIdBytes = 256;

    private readonly XmppEntity _entity;
    private readonly TimeProvider _time;
    private readonly DiscoInfo _info;
    private readonly FrozenSet<string> _handled;

    /// <summary>Throws <see cref="ArgumentException"/> for an entity that cannot be described (<see cref="DiscoInfo.Of"/>).</summary>
    public IqServices(XmppEntity entity, TimeProvider time)
    {
        (_entity, _time) = (entity, time);
        _info = DiscoInfo.Of(entity);
        _handled = entity.HandledNamespaces.ToFrozenSet(StringComparer.Ordinal);
        Capabilities = entity.CapabilitiesNode is { } node ? EntityCapabilities.Of(_info, node) : null;
        foreach (var element in new[] { Capabilities?.ToElement(), entity.Software is { } software ? VersionQuery.ToElement(software) : null })
            if (element is not null)
                XmppWriter.WriteElement(new ArrayBufferWriter<byte>(), element, XmppNames.Client);
    }

    /// <summary>What goes into each presence (XEP-0115), or null.</summary>
    public EntityCapabilities? Capabilities { get; }

    /// <summary>The answer, or null: for a request that the program itself answers, and for a result or an error, which nobody answers (RFC 6120 §8.2.3).</summary>
    public Iq? Answer(Iq request)
    {
        if (request.Type is "result" or "error")
            return null;
        // RFC 6120 §8.2.3: an id, a known type, exactly one child.
        if (!request.IsRequest || string.IsNullOrEmpty(request.Id) || request.Element.Children.Count != 1)
            return Refuse(request, new("modify", "bad-request"));
        var payload = request.Element.Children[0];
        return _handled.Contains(payload.Namespace) ? null : Answer(request, payload);
    }

    /// <summary>Whether a request under that id may be answered at all: an answer must have the same id (RFC 6120 §8.2.3).</summary>
    public static bool MayEcho(string? id) => id is null || Encoding.UTF8.GetByteCount(id) <= MaxIdBytes;

    private Iq Answer(Iq request, XmppElement payload) => (request.Type, payload) switch
    {
        ("get", { Name: "ping", Namespace: XmppNames.Ping }) => request.CreateResult(),
        ("get", { Name: "query", Namespace: XmppNames.DiscoInfo }) => Discover(request, payload, node => (_info with { Node = node }).ToElement()),
        ("get", { Name: "query", Namespace: XmppNames.DiscoItems }) => Discover(request, payload, node => DiscoItem.ToElement([], node)),
        ("get", { Name: "query", Namespace: XmppNames.Version }) when _entity.Software is { } software => request.CreateResult(VersionQuery.ToElement(software)),
        ("get", { Name: "time", Namespace: XmppNames.Time }) when _entity.TellsTime => request.CreateResult(EntityTime.ToElement(_time.GetLocalNow())),
        _ when BlockList.IsNotice(request, payload) => request.CreateResult(),
        // RFC 6120 §8.4
        _ => request.CreateError(new("cancel", "service-unavailable")),
    };

    // XEP-0115 §6.2: under our own hash the same as without a node.
    private Iq Discover(Iq request, XmppElement query, Func<string?, XmppElement> answer) => query.Attribute("node") switch
    {
        null or "" => request.CreateResult(answer(null)),
        var node when string.Equals(node, Capabilities?.DiscoNode, StringComparison.Ordinal) => request.CreateResult(answer(node)),
        _ => request.CreateError(new("cancel", "item-not-found")),
    };

    // Iq.CreateError answers requests only, which one of an unknown type is not.
    private static Iq Refuse(Iq request, StanzaError error) => request.IsRequest ? request.CreateError(error) : new(
        new XmppElement("iq", request.Element.Namespace).Set("type", "error").Set("id", request.Id)
            .Set("to", request.Element.Attribute("from")).Set("from", request.Element.Attribute("to")).Add(error.ToElement(request.Element.Namespace)));
}
