namespace XmppRpc.TestKit.Servers;

/// <summary>Which XMPP server a test runs against.</summary>
public enum ServerKind
{
    /// <summary>Debian's Prosody, a process of its own.</summary>
    Prosody,

    /// <summary>Debian's ejabberd, a process of its own.</summary>
    Ejabberd,

    /// <summary>XmppRpc.LocalServer, in this process: always there, STARTTLS only, stored messages do not outlive it.</summary>
    Local,
}

/// <summary>How an XMPP server is set up.</summary>
public enum ServerProfile
{
    /// <summary>Offline storage, stream management, archive, carbons, PEP; no rate limits.</summary>
    Full,

    /// <summary>Nothing stored and no rate limits: for measuring.</summary>
    Bench,

    /// <summary>The rate limits and quotas of the Debian package.</summary>
    Stock,

    /// <summary>As <see cref="Full"/>, with TLS 1.2 at most.</summary>
    OldTls,
}
