using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>
/// That a stanza was held back since a time, by whom, and why (XEP-0203). Anybody can write one into a stanza: only those from the own account or its domain
/// (<see cref="IsTrustedBy"/>) say something sure.
/// </summary>
public sealed record Delay(DateTimeOffset Stamp, Jid? From = null, string? Reason = null)
{
    /// <summary>The delays among the children of a stanza, in order; those without a proper time are left out.</summary>
    public static IReadOnlyList<Delay> ReadAll(XmppElement stanza) => [.. stanza.Children.Select(Read).OfType<Delay>()];

    /// <summary>Reads a <c>delay</c> element; null if it is none, or has no proper time.</summary>
    public static Delay? Read(XmppElement element) => element.Is("delay", XmppNames.Delay) && XmppDateTime.Read(element.Attribute("stamp")) is { } stamp
        ? new(stamp, Jid.TryParse(element.Attribute("from"), out var from) ? from : null, element.TextUtf8.IsEmpty ? null : element.Text)
        : null;

    /// <summary>Whether the delay was written by the XMPP server of that account, or by the account itself.</summary>
    public bool IsTrustedBy(Jid account) => From is not null && (From == account.Bare || From.IsBare && From.Local is null && string.Equals(From.Domain, account.Domain, StringComparison.Ordinal));

    /// <summary>The <c>delay</c> element.</summary>
    public XmppElement ToElement()
    {
        var delay = new XmppElement("delay", XmppNames.Delay).Set("from", From?.ToString()).Set("stamp", XmppDateTime.Format(Stamp));
        return Reason is null ? delay : delay.WithText(Reason);
    }
}
