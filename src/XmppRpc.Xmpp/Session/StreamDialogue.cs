using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>The steps that every negotiation is made of: encrypt, and read what must come next. Whatever else comes ends it.</summary>
internal sealed class StreamDialogue(XmppTransport transport, XmppConnectionOptions options, ILogger log, bool isDirectTls)
{
    private readonly Jid _account = options.Jid.Bare;

    public XmppTransport Transport => transport;

    /// <summary>Whether TLS begins with the first byte (XEP-0368).</summary>
    public bool IsDirectTls => isDirectTls;

    public async Task EncryptAsync(CancellationToken cancellationToken)
    {
        var check = new ServerCertificateCheck(options);
        try
        {
            await Transport.StartTlsAsync(check.CreateOptions(IsDirectTls), cancellationToken).ConfigureAwait(false);
        }
        catch (XmppTlsException e) when (check.Problem is not null)
        {
            throw new XmppTlsException(check.Problem, e);
        }

        XmppLog.Encrypted(log, _account, Transport.Protocol);
    }

    /// <summary>The peer's stream error as an exception, or null if the element is none.</summary>
    public XmppStreamException? StreamErrorIn(XmppElement element) =>
        StreamError.Read(element, $"The XMPP server for {_account.Domain}", mayRedirect: options.WebSocket is null && (transport.IsEncrypted || options.Tls == XmppTlsMode.None));

    /// <summary>The peer's stream header. That of the other kind of port ends the attempt, before anything of ours is shown there.</summary>
    public async ValueTask<XmppElement> ReadHeaderAsync(CancellationToken cancellationToken)
    {
        var header = await ReadAsync(XmppNodeKind.StreamStart, cancellationToken).ConfigureAwait(false);
        return (options.IsComponent, Transport.PeerContentNamespace) switch
        {
            (false, XmppNames.Component) => throw new XmppStreamException("invalid-namespace", $"What answers for {_account.Domain} is the XMPP server's port for components, and {_account} is an account. Set Port to that for clients (mostly 5222), or say Component=true if this is to be a component."),
            (true, XmppNames.Client) => throw new XmppStreamException("invalid-namespace", $"What answers for the component {_account.Domain} is the XMPP server's port for clients. Set Port to that for components (mostly 5347)."),
            _ => header,
        };
    }

    public async ValueTask<XmppElement> ReadElementAsync(CancellationToken cancellationToken)
    {
        var element = await ReadAsync(XmppNodeKind.Element, cancellationToken).ConfigureAwait(false);
        return StreamErrorIn(element) is { } error ? throw error : element;
    }

    public async ValueTask<XmppNode> ReadNodeAsync(CancellationToken cancellationToken)
    {
        var node = await Transport.ReadAsync(cancellationToken).ConfigureAwait(false);
        return node is { Kind: not XmppNodeKind.StreamEnd } read
            ? read
            : throw new XmppConnectionException($"The XMPP server for {_account.Domain} closed the connection during the negotiation, without a reason. Check its log, and that the port and Tls match.");
    }

    public async ValueTask<XmppElement> ReadAsync(XmppNodeKind kind, CancellationToken cancellationToken)
    {
        var read = await ReadNodeAsync(cancellationToken).ConfigureAwait(false);
        return read.Kind == kind ? read.Element! : throw new XmppStreamException("policy-violation", $"The XMPP server for {_account.Domain} sent something out of turn or over a cap during the negotiation{RemoteText.Reason(read.Reason)}.");
    }

    public static XmppStreamException Unexpected(XmppElement element, string expected) =>
        new("undefined-condition", $"The XMPP server sent <{RemoteText.Show(element.Name)}/> where {expected} belongs.");
}
