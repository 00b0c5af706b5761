using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.StreamManagement;

/// <summary>The elements of stream management (XEP-0198 1.6.3): never counted, never acknowledged themselves.</summary>
/// <remarks>
/// <code>
/// &lt;enable resume='true' max=seconds/>   →  &lt;enabled id= resume='true' max= location=/> or &lt;failed/>
/// &lt;resume previd= h=/>                  →  &lt;resumed previd= h=/> or &lt;failed h=/>
/// &lt;r/>                                  →  &lt;a h=/>
/// </code>
/// </remarks>
internal static class SmNonzas
{
    /// <summary>Asks for an acknowledgement, as written.</summary>
    public static ReadOnlySpan<byte> Request => "<r xmlns='urn:xmpp:sm:3'/>"u8;

    public static XmppElement Enable(TimeSpan max) =>
        New("enable").Set("resume", "true").Set("max", ((long)max.TotalSeconds).ToString(CultureInfo.InvariantCulture));

    public static XmppElement Resume(string id, uint handled) => New("resume").Set("previd", id).Set("h", Text(handled));

    public static XmppElement Answer(uint handled) => New("a").Set("h", Text(handled));

    /// <summary><see cref="Answer"/> as written.</summary>
    public static void WriteAnswer(IBufferWriter<byte> output, uint handled)
    {
        output.Write("<a xmlns='urn:xmpp:sm:3' h='"u8);
        Utf8Formatter.TryFormat(handled, output.GetSpan(10), out var digits);
        output.Advance(digits);
        output.Write("'/>"u8);
    }

    /// <summary>What both sides say when the other has acknowledged more than there was (XEP-0198 §4).</summary>
    public static XmppElement HandledCountTooHigh(uint handled, uint sent) => New("handled-count-too-high").Set("h", Text(handled)).Set("send-count", Text(sent));

    /// <summary>The handled count of <c>a</c>, <c>resumed</c> or <c>failed</c>; null if there is none, or none that is a number.</summary>
    public static uint? Handled(XmppElement element) =>
        uint.TryParse(element.Attribute("h"), NumberStyles.None, CultureInfo.InvariantCulture, out var handled) ? handled : null;

    /// <summary>xs:boolean: the id under which the session can be resumed, or null if it cannot.</summary>
    public static string? ResumeId(XmppElement enabled) =>
        enabled.Attribute("resume") is "true" or "1" && enabled.Attribute("id") is { Length: > 0 } id ? id : null;

    private static XmppElement New(string name) => new(name, XmppNames.StreamManagement);

    private static string Text(uint count) => count.ToString(CultureInfo.InvariantCulture);
}
