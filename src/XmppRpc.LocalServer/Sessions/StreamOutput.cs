using System.Security.Cryptography;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Network;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>Opens and closes our XML streams over one byte stream. What is said in between goes to the transport.</summary>
internal sealed class StreamOutput(XmppTransport transport, string contentNamespace, string domain)
{
    private bool _isOpen;

    /// <summary>Whether the byte stream is changing to TLS, so that nothing may be written.</summary>
    public bool IsEncrypting { get; set; }

    /// <summary>Sends our header and returns the stream's id.</summary>
    public async ValueTask<string> OpenAsync(string from, string? to, CancellationToken cancellationToken)
    {
        // RFC 6120 §4.7.3: unique and not to be guessed
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await transport.WriteStreamStartAsync(contentNamespace, from, to, id, cancellationToken).ConfigureAwait(false);
        _isOpen = true;
        return id;
    }

    /// <summary>The next thing said will be a header again: after TLS, after SASL.</summary>
    public void Restart() => _isOpen = false;

    /// <summary>Closes our XML stream, with an error unless <paramref name="condition"/> is null. Says nothing where nothing may be said.</summary>
    public async ValueTask CloseAsync(string? condition, string text, XmppElement? detail, CancellationToken cancellationToken)
    {
        if (IsEncrypting || condition is null && !_isOpen)
            return;
        // RFC 6120 §4.9.1.2: an error about the client's header comes after ours
        if (!_isOpen)
            await OpenAsync(domain, null, cancellationToken).ConfigureAwait(false);
        if (condition is not null)
        {
            var error = new XmppElement("error", XmppNames.Streams).Add(new XmppElement(condition, XmppNames.StreamErrors))
                .Add(new XmppElement("text", XmppNames.StreamErrors).WithText(text));
            await transport.WriteAsync(detail is null ? error : error.Add(detail), cancellationToken).ConfigureAwait(false);
        }

        await transport.WriteStreamEndAsync(cancellationToken).ConfigureAwait(false);
    }
}
