using System.Buffers;
using System.Text;
using XmppRpc.LocalServer.Routing;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.LocalServer;

/// <summary>A client that keeps, as text, what is sent to it.</summary>
internal sealed class RecordingOutbound : IOutbound
{
    private readonly List<string> _sent = [];

    public string? Closed { get; private set; }

    public void Send(XmppElement element)
    {
        var bytes = new ArrayBufferWriter<byte>();
        XmppWriter.WriteElement(bytes, element, XmppNames.Client);
        _sent.Add(Encoding.UTF8.GetString(bytes.WrittenSpan));
    }

    public void Close(string condition, string text, XmppElement? detail = null) => Closed = condition;

    /// <summary>What came since the last call.</summary>
    public string[] Take()
    {
        string[] sent = [.. _sent];
        _sent.Clear();
        return sent;
    }
}
