namespace XmppRpc.Xmpp;

/// <summary>
/// Binds a login to the TLS connection beneath it (RFC 5056), so that nobody in between can pass it on. <c>tls-server-end-point</c> and <c>tls-unique</c> are built in; another one, <c>tls-exporter</c>
/// for example (RFC 9266), needs a TLS implementation that tells the data.
/// </summary>
public interface IChannelBindingProvider
{
    /// <summary>The types it knows, as registered with IANA, the preferred one first.</summary>
    IReadOnlyList<string> Types { get; }

    /// <summary>
    /// The data to bind, without a prefix; null if this byte stream has none of that type. <paramref name="stream"/> is what the XML stream runs over: an <see cref="System.Net.Security.SslStream"/>,
    /// or what <see cref="XmppConnectionOptions.OpenStream"/> gave.
    /// </summary>
    byte[]? GetData(string type, Stream stream);
}
