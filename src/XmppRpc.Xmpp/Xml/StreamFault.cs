using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>The stream errors (RFC 6120 §4.9.3) that input can cause.</summary>
internal static class StreamFault
{
    private const int ShownBytes = 48;

    public static XmppStreamException NotWellFormed(string what, long? at) => At("not-well-formed", what, at);

    public static XmppStreamException Restricted(string what, long at) => At("restricted-xml", what, at);

    /// <summary><paramref name="at"/> counts the bytes of the stanza or tag, null if that says nothing.</summary>
    public static XmppStreamException At(string condition, string what, long? at) => new(condition, $"The peer's XML stream has {what}{(at is null ? "" : $", at byte {at} of the stanza")} ({condition}).");

    /// <summary>Remote text for a message: bounded, printable ASCII only.</summary>
    public static string Show(ReadOnlySpan<byte> remote)
    {
        var shown = new StringBuilder(ShownBytes);
        foreach (var b in remote.Length > ShownBytes ? remote[..ShownBytes] : remote)
            shown.Append(b is > 0x20 and < 0x7F ? (char)b : '?');
        return shown.ToString();
    }
}
