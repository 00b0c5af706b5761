using System.Collections.Frozen;
using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Stanzas;

/// <summary>A stanza error (RFC 6120 §8.3): type <c>auth cancel continue modify wait</c> and a defined condition such as <c>service-unavailable</c>.</summary>
public sealed record StanzaError(string Type, string Condition, string? Text = null)
{
    private const int MaxTextBytes = 1024;
    private const string Undefined = "undefined-condition";

    private static readonly FrozenSet<string> Types = FrozenSet.Create(StringComparer.Ordinal, "auth", "cancel", "continue", "modify", "wait");

    // RFC 6120 §8.3.3, with payment-required of RFC 3920.
    private static readonly FrozenSet<string> Conditions = FrozenSet.Create(StringComparer.Ordinal,
        "bad-request", "conflict", "feature-not-implemented", "forbidden", "gone", "internal-server-error", "item-not-found", "jid-malformed",
        "not-acceptable", "not-allowed", "not-authorized", "payment-required", "policy-violation", "recipient-unavailable", "redirect",
        "registration-required", "remote-server-not-found", "remote-server-timeout", "resource-constraint", "service-unavailable",
        "subscription-required", Undefined, "unexpected-request");

    /// <summary>Whether the stanza was not delivered because its own sender has blocked the addressee (XEP-0191 §3.4).</summary>
    public bool IsBlocked { get; init; }

    /// <summary>
    /// Reads the <c>&lt;error/&gt;</c> child of an error stanza; null if there is none. An unknown condition becomes <c>undefined-condition</c>, an unknown
    /// type <c>cancel</c>; of the text at most 1 KiB is kept.
    /// </summary>
    public static StanzaError? Read(Stanza stanza)
    {
        if (stanza.Element.Child("error", stanza.Element.Namespace) is not { } error)
            return null;
        var type = error.Attribute("type") is { } t && Types.TryGetValue(t, out var known) ? known : "cancel";
        string? condition = null;
        foreach (var child in error.Children)
            if (string.Equals(child.Namespace, XmppNames.StanzaErrors, StringComparison.Ordinal) && Conditions.TryGetValue(child.Name, out condition))
                break;
        return new StanzaError(type, condition ?? Undefined, error.Child("text", XmppNames.StanzaErrors) is { } text ? Bounded(text.TextUtf8.Span) : null) { IsBlocked = error.Child("blocked", XmppNames.BlockingErrors) is not null };
    }

    /// <summary>The <c>&lt;error/&gt;</c> element, in the namespace of the stanza it is put into (<c>jabber:client</c> unless told).</summary>
    public XmppElement ToElement(string ns = XmppNames.Client)
    {
        var error = new XmppElement("error", ns).Set("type", Type).Add(new XmppElement(Condition, XmppNames.StanzaErrors));
        if (Text is not null)
            error.Add(new XmppElement("text", XmppNames.StanzaErrors).WithText(Text));
        return IsBlocked ? error.Add(new XmppElement("blocked", XmppNames.BlockingErrors)) : error;
    }

    // Cuts between characters: what is cut off in the middle is left out.
    private static string Bounded(ReadOnlySpan<byte> utf8)
    {
        var length = Math.Min(utf8.Length, MaxTextBytes);
        while (length > 0 && length < utf8.Length && (utf8[length] & 0xC0) == 0x80)
            length--;
        return Encoding.UTF8.GetString(utf8[..length]);
    }
}
