using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>The time of an entity with its offset from UTC (XEP-0202).</summary>
internal static class EntityTime
{
    /// <summary>Null if the element is no time.</summary>
    public static DateTimeOffset? Read(XmppElement? time) => time is not null && time.Is("time", XmppNames.Time)
        && XmppDateTime.Read(time.Child("utc", XmppNames.Time)?.Text.Trim()) is { } utc && XmppDateTime.ReadOffset(time.Child("tzo", XmppNames.Time)?.Text.Trim()) is { } offset
        && utc.Year is > 1 and < 9999 ? utc.ToOffset(offset) : null;

    public static XmppElement ToElement(DateTimeOffset time) => new XmppElement("time", XmppNames.Time)
        .Add(new XmppElement("tzo", XmppNames.Time).WithText(XmppDateTime.FormatOffset(time.Offset)))
        .Add(new XmppElement("utc", XmppNames.Time).WithText(XmppDateTime.Format(time)));
}
