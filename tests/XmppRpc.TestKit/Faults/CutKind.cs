namespace XmppRpc.TestKit.Faults;

/// <summary>How a connection is cut.</summary>
public enum CutKind
{
    /// <summary>Both sides read the end of the byte stream behind what has passed, without a closing tag and, inside TLS, without <c>close_notify</c>. What they still write is swallowed.</summary>
    Fin,

    /// <summary>Both sides are reset: their reads and writes fail.</summary>
    Reset,

    /// <summary>Nobody is told: sockets stay open, what is written is swallowed, until the connection or the proxy is disposed.</summary>
    Silence,
}

/// <summary>The sockets of a connection through the proxy.</summary>
[Flags]
public enum Ends
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The socket to the client.</summary>
    Client = 1,

    /// <summary>The socket to the XMPP server.</summary>
    Server = 2,

    /// <summary>Both.</summary>
    Both = Client | Server,
}

/// <summary>The way that bytes go.</summary>
public enum Direction
{
    /// <summary>From the client to the XMPP server.</summary>
    ToServer,

    /// <summary>From the XMPP server to the client.</summary>
    ToClient,
}

/// <summary>What the proxy makes of TLS.</summary>
public enum ProxyTls
{
    /// <summary>Bytes pass as they are. Faults on stanzas cannot be used.</summary>
    PassThrough,

    /// <summary>The clear text passes; when <c>&lt;proceed/&gt;</c> does, both sides change to TLS with the proxy. Faults see plain XML; bytes are counted before encryption. Also for streams without TLS.</summary>
    Terminate,

    /// <summary>As <see cref="Terminate"/>, with TLS from the first byte (XEP-0368).</summary>
    TerminateDirect,
}
