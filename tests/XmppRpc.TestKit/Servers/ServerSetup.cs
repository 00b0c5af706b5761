namespace XmppRpc.TestKit.Servers;

/// <summary>How an XMPP server of its own is set up, beyond a profile.</summary>
/// <param name="Profile">The profile.</param>
public sealed record ServerSetup(ServerProfile Profile = ServerProfile.Full)
{
    /// <summary>How long a lost stream may be resumed (XEP-0198), in whole seconds; null for the profile's own: 5 s, and what the package has in <see cref="ServerProfile.Stock"/>.</summary>
    public TimeSpan? ResumeTimeout { get; init; }

    /// <summary>ejabberd's <c>resend_on_timeout</c>: what becomes of stanzas that a lost stream never took. Without effect on the others.</summary>
    public string ResendOnTimeout { get; init; } = "if_offline";

    /// <summary>Whether clients may manage their streams. Default: in every profile but <see cref="ServerProfile.Bench"/>, which can have it beside.</summary>
    public bool HasStreamManagement { get; init; } = Profile is not ServerProfile.Bench;

    /// <summary>Prosody's default is 600 s, ejabberd's and ours 300.</summary>
    internal int ResumeSeconds(int stock) => ResumeTimeout is { } timeout ? (int)timeout.TotalSeconds : Profile is ServerProfile.Stock ? stock : 5;
}
