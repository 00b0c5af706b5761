using System.Buffers;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Writes XML for an XMPP stream as UTF-8 (RFC 6120 §11): no prefixes but <c>stream:</c> and <c>xml:</c>, no declaration, attribute values in single quotes. Text that XML forbids throws <see cref="ArgumentException"/>.</summary>
public static class XmppWriter
{
    /// <summary>Writes the opening tag of a stream whose stanzas live in <paramref name="contentNamespace"/> (for example <c>jabber:client</c>).</summary>
    public static void WriteStreamStart(IBufferWriter<byte> output, string contentNamespace, string? from = null, string? to = null, string? id = null, string? version = "1.0") => throw new NotImplementedException();

    /// <summary>Writes <c>&lt;/stream:stream&gt;</c>.</summary>
    public static void WriteStreamEnd(IBufferWriter<byte> output) => throw new NotImplementedException();

    /// <summary>Writes one element and all below it, iteratively; <paramref name="contextNamespace"/> is the default namespace in force around it. The stream namespace is written with the <c>stream:</c> prefix.</summary>
    public static void WriteElement(IBufferWriter<byte> output, XmppElement element, string contextNamespace) => throw new NotImplementedException();
}
