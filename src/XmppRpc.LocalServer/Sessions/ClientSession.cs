using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>A client's connection (RFC 6120), with stream management (XEP-0198).</summary>
internal sealed class ClientSession(Stream stream, ServerContext server) : ServerSession(stream, server, XmppNames.Client, server.Options.Limits)
{
    private BoundResource? _resource;
    private XmppElement? _bindResult;

    protected override Jid? Jid => _resource?.Jid;

    protected override async Task NegotiateAsync(CancellationToken cancellationToken)
    {
        var negotiator = new ClientNegotiator(Transport, Input, Output, this, Server);
        (_resource, _bindResult) = await negotiator.NegotiateAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override void Begin()
    {
        // a resumed one is bound already
        if (_bindResult is not null)
            Server.Router.Bind(_resource!, _bindResult);
    }

    protected override void Take(XmppElement element)
    {
        if (Stanza.Wrap(element) is { } stanza)
            Server.Streams.Take(_resource!, this, stanza);
        else if (!Server.Options.StreamManagement || element.Namespace != LocalServerNames.StreamManagement || !TryManage(_resource!, element))
            throw new XmppStreamException("unsupported-stanza-type", "An element came that is no stanza.");
    }

    protected override void Leave(bool isLost)
    {
        if (_resource is not null)
            Server.Streams.Leave(_resource, this, isLost);
    }

    private bool TryManage(BoundResource resource, XmppElement nonza)
    {
        switch (nonza.Name)
        {
            case "r":
                return Server.Streams.TryAnswer(resource);
            case "a":
                var handled = StreamManagementNonzas.Count(nonza, "h") ?? throw new XmppStreamException("invalid-xml", "Missing or invalid 'h' attribute");
                return Server.Streams.TryAcknowledge(resource, this, handled);
            case "enable":
                var seconds = StreamManagementNonzas.Count(nonza, "max");
                if (!Server.Streams.TryEnable(resource, nonza.Attribute("resume") is "true" or "1", seconds is { } max ? TimeSpan.FromSeconds(max) : null))
                    Send(StreamManagementNonzas.Failed("unexpected-request"));
                return true;
            case "resume":
                // XEP-0198 §5: only before binding
                Send(StreamManagementNonzas.Failed("unexpected-request"));
                return true;
            default:
                return false;
        }
    }
}
