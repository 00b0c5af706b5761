using System.Globalization;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>What the XMPP server says it bears (XEP-0478): bytes of one stanza, and how long it waits for a silent client; null where it does not say.</summary>
public sealed record StreamLimits(int? MaxStanzaBytes, TimeSpan? IdleTime)
{
    /// <summary>Reads the stream features; null if they name no limits. A value that is no positive number of 32 bits is left out.</summary>
    public static StreamLimits? Read(XmppElement features) => features.Child("limits", XmppNames.StreamLimits) is { } limits
        ? new(Number(limits, "max-bytes"), Number(limits, "idle-seconds") is { } seconds ? TimeSpan.FromSeconds(seconds) : null)
        : null;

    private static int? Number(XmppElement limits, string name) =>
        int.TryParse(limits.Child(name, XmppNames.StreamLimits)?.Text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
}
