using System.Globalization;

namespace XmppRpc.Xmpp.Services;

/// <summary>Dates and times as XMPP writes them (XEP-0082), always in UTC when written.</summary>
internal static class XmppDateTime
{
    private static readonly string[] Formats = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'"];

    public static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture);

    public static DateTimeOffset? Read(string? text) =>
        DateTimeOffset.TryParseExact(text, Formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>An offset from UTC: <c>Z</c>, <c>+02:00</c>, <c>-05:30</c>.</summary>
    public static string FormatOffset(TimeSpan offset) => offset == TimeSpan.Zero ? "Z" : (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hh\\:mm", CultureInfo.InvariantCulture);

    public static TimeSpan? ReadOffset(string? text)
    {
        if (text == "Z")
            return TimeSpan.Zero;
        if (text is not ['+' or '-', ..] || !TimeSpan.TryParseExact(text.AsSpan(1), "hh\\:mm", CultureInfo.InvariantCulture, out var offset) || offset > TimeSpan.FromHours(14))
            return null;
        return text[0] == '-' ? -offset : offset;
    }
}
