using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.WebSockets;
using System.Security.Authentication;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// Opens a WebSocket to the address in the options (RFC 7395 §3.1), over TCP as <see cref="TcpConnector"/> does it or through the machine's HTTP proxy. Redirections are not followed,
/// no cookie is kept, nothing is compressed: beside secrets, sizes must not tell what was sent.
/// </summary>
internal static class WebSocketConnector
{
    private const string Subprotocol = "xmpp";

    /// <summary>The WebSocket, with the subprotocol confirmed. <paramref name="proxy"/> takes the place of the machine's.</summary>
    /// <exception cref="XmppConnectionException">Nobody answers there, or whoever does is no XMPP server.</exception>
    /// <exception cref="XmppTlsException">TLS could not be established, or the certificate is not the one expected.</exception>
    public static async Task<XmppWire> OpenAsync(XmppConnectionOptions options, CancellationToken cancellationToken, IWebProxy? proxy = null)
    {
        var endpoint = options.WebSocket!;
        var check = options.Tls == XmppTlsMode.None ? null : new ServerCertificateCheck(options);
        var carrier = new Carrier(options, check, cancellationToken);
        using var handler = carrier.CreateHandler(endpoint, proxy);
        using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.AddSubProtocol(Subprotocol);
            socket.Options.CollectHttpResponseDetails = true;
            // silence is for the session to mind, by its own clock
            socket.Options.KeepAliveInterval = Timeout.InfiniteTimeSpan;
            await socket.ConnectAsync(endpoint, invoker, cancellationToken).ConfigureAwait(false);
            return socket.SubProtocol == Subprotocol
                ? new WebSocketWire(socket, carrier.Stream!, options.Limits, options.Time)
                : throw new XmppConnectionException($"The web server at {options.WebSocketAddress} opens WebSockets, but did not confirm that they speak XMPP (subprotocol xmpp). Check the path of WebSocket.");
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (carrier.Stream is { } stream)
                await stream.DisposeAsync().ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw e is WebSocketException ? Explain(options, check, carrier.Proxy, socket.HttpStatusCode, e) : e;
        }
    }

    /// <summary>Through a proxy, what the framework says is told in our own words only: it may show the proxy's address, and that its password (HTTPS_PROXY).</summary>
    private static XmppException Explain(XmppConnectionOptions options, ServerCertificateCheck? check, string? proxy, HttpStatusCode status, Exception failure)
    {
        if (check?.Problem is { } problem)
            return new XmppTlsException(problem, proxy is null ? failure : null);
        for (var cause = failure; cause is not null; cause = cause.InnerException)
            switch (cause)
            {
                case XmppException ours:
                    return ours;
                case AuthenticationException when proxy is not null:
                    return new XmppTlsException($"The TLS handshake with {options.WebSocketAddress} through the HTTP proxy {proxy} failed{RemoteText.Reason(cause.GetBaseException().Message)}. Check that this port speaks TLS 1.2 or later, and that the proxy does not break TLS up.", cause);
                case AuthenticationException:
                    return new XmppTlsException($"The TLS handshake with {options.WebSocketAddress} failed{RemoteText.Reason(cause.GetBaseException().Message)}. Check that this port speaks TLS 1.2 or later.", failure);
                case HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError }:
                    return new XmppConnectionException($"The HTTP proxy {proxy} does not let through to {options.WebSocketAddress}{Status(cause)}. Check HTTPS_PROXY and NO_PROXY.");
            }
        if (proxy is not null && (int)status is 0 or (int)HttpStatusCode.SwitchingProtocols)
            return new XmppConnectionException($"The web server at {options.WebSocketAddress} was asked for a WebSocket through the HTTP proxy {proxy}, and none was opened. Check HTTPS_PROXY and NO_PROXY, the path, and that the XMPP server's WebSocket module is on.");
        var answer = (int)status is 0 or (int)HttpStatusCode.SwitchingProtocols ? $"did not open one{RemoteText.Reason(failure.GetBaseException().Message)}" : $"answered {(int)status}";
        return new XmppConnectionException($"The web server at {options.WebSocketAddress} was asked for a WebSocket and {answer}. Check the path, and that the XMPP server's WebSocket module is on.", proxy is null ? failure : null);
    }

    // its text is the only place where the framework says it: … 'http://…' failed with status code '407'.
    private static string Status(Exception tunnel) =>
        tunnel.Message.LastIndexOf('\'') is > 3 and var end && tunnel.Message.AsSpan(end - 3, 3) is var digits && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? $" and answered {status}" : "";

    /// <summary>The connection under the HTTP request, whose parts are not told by it.</summary>
    private sealed class Carrier(XmppConnectionOptions options, ServerCertificateCheck? check, CancellationToken cancellationToken)
    {
        /// <summary>What was opened last, the <see cref="SslStream"/> over it once there is one.</summary>
        public Stream? Stream { get; private set; }

        /// <summary>The host of the proxy that was asked, or null.</summary>
        public string? Proxy { get; private set; }

        public SocketsHttpHandler CreateHandler(Uri endpoint, IWebProxy? proxy)
        {
            var handler = new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseCookies = false,
                // clear text is for this machine or a path that is protected as a whole
                UseProxy = check is not null && (proxy is not null || !endpoint.IsLoopback),
                Proxy = proxy,
                ActivityHeadersPropagator = null,
                ConnectCallback = async (context, stop) => await ConnectAsync(context.DnsEndPoint, stop).ConfigureAwait(false),
                PlaintextStreamFilter = (context, _) =>
                {
                    Stream = context.PlaintextStream;
                    return ValueTask.FromResult(context.PlaintextStream);
                },
            };
            if (check is not null)
                handler.SslOptions = check.CreateOptions(direct: false);
            return handler;
        }

        private async Task<Stream> ConnectAsync(DnsEndPoint place, CancellationToken stop)
        {
            if (place.Host != options.WebSocket!.IdnHost || place.Port != options.WebSocket.Port)
                Proxy = RemoteText.Show(place.Host);
            // the request may be over long before the handler gives up its connection
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, cancellationToken);
            var opened = await TcpConnector.OpenAsync(options with { Host = place.Host, Port = place.Port }, null, either.Token).ConfigureAwait(false);
            return Stream = opened.Stream;
        }
    }
}
