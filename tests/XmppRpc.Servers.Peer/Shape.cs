namespace XmppRpc.Servers.Peer;

/// <summary>The shapes of calls.</summary>
public enum Shape
{
    Unary,
    OneWay,
    Deferred,
    Download,
    Upload,
    Duplex,
}
