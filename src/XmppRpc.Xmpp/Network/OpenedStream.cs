namespace XmppRpc.Xmpp.Network;

/// <summary>A byte stream to the XMPP server, nothing sent on it yet.</summary>
/// <param name="Stream">For its owner to dispose.</param>
/// <param name="IsDirectTls">Whether TLS begins with the first byte (XEP-0368); otherwise the XML stream does, and STARTTLS follows unless the options want clear text.</param>
internal sealed record OpenedStream(Stream Stream, bool IsDirectTls);
