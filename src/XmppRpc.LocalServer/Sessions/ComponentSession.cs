using System.Security.Cryptography;
using System.Text;
using XmppRpc.LocalServer.Accounts;
using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>A component's connection (XEP-0114): a header, a handshake, stanzas.</summary>
internal sealed class ComponentSession(Stream stream, ServerContext server) : ServerSession(stream, server, XmppNames.Component, server.Options.ComponentLimits)
{
    private ConnectedComponent? _component;

    protected override Jid? Jid => _component?.Jid;

    protected override async Task NegotiateAsync(CancellationToken cancellationToken)
    {
        var header = await Input.ReadHeaderAsync(cancellationToken).ConfigureAwait(false);
        if (Transport.PeerContentNamespace != XmppNames.Component)
            throw new XmppStreamException("invalid-namespace", $"The XML stream's content must be in {XmppNames.Component}; clients have another port.");
        if (Server.Components.Find(header.Attribute("to")) is not { } component)
            throw new XmppStreamException("host-unknown", "The stream's 'to' is no component of this XMPP server.");
        var id = await Output.OpenAsync(component.Jid.ToString(), null, cancellationToken).ConfigureAwait(false);
        var handshake = await Input.ReadElementAsync(cancellationToken).ConfigureAwait(false);
        if (!handshake.Is("handshake", XmppNames.Client) || handshake.Children.Count > 0 || !Proves(handshake.TextUtf8.Span, id, component))
        {
            LocalServerLog.LoginFailed(Server.Log, "not-authorized");
            throw new XmppStreamException("not-authorized", "Given token does not match calculated token");
        }

        _component = new(component.Jid, this);
    }

    protected override void Begin()
    {
        if (!Server.Router.TryConnect(_component!, new XmppElement("handshake", XmppNames.Client)))
            throw new XmppStreamException("conflict", "Component already connected");
    }

    protected override void Take(XmppElement element)
    {
        var stanza = Stanza.Wrap(element) ?? throw new XmppStreamException("unsupported-stanza-type", "An element came that is no stanza.");
        // RFC 6120 §4.9.3.9. One without a sender too: Prosody takes that from version 13 on no more.
        if (stanza.From is not { } from || from.Domain != _component!.Jid.Domain)
            throw new XmppStreamException("invalid-from", $"A component sends from addresses in {_component!.Jid.Domain} only.");
        Server.Router.Route(_component, stanza);
    }

    protected override void Leave(bool isLost)
    {
        if (_component is not null)
            Server.Router.Disconnect(_component);
    }

    // XEP-0114 §3. Time must not tell how much of it is right (T-14).
    private static bool Proves(ReadOnlySpan<byte> token, string streamId, Component component)
    {
        var expected = Convert.ToHexStringLower(CryptographicOperations.HashData(HashAlgorithmName.SHA1, Encoding.UTF8.GetBytes(streamId + component.Secret)));
        return CryptographicOperations.FixedTimeEquals(token, Encoding.ASCII.GetBytes(expected));
    }
}
