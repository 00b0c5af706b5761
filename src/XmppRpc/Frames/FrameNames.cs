namespace XmppRpc.Frames;

/// <summary>Words of the wire that more than one place needs.</summary>
internal static class FrameNames
{
    public const string Namespace = "urn:xmpprpc:1";
    public const string Element = "rpc";

    /// <summary>Disco feature of one served contract: <c>urn:xmpprpc:1#c:acme.orders:1</c>.</summary>
    public const string ContractFeature = Namespace + "#c:";

    public const string Unsupported = "unsupported";
    public const string BadFrame = "bad-frame";
    public const string UnknownMethod = "unknown-method";
    public const string WrongInstance = "wrong-instance";
    public const string Busy = "busy";
    public const string UnknownCall = "unknown-call";
    public const string CallIdReused = "call-id-reused";
    public const string ReplyExpired = "reply-expired";
    public const string TooLarge = "too-large";
    public const string Draining = "draining";

    private static readonly string[] StatusNames = [.. Enum.GetNames<RpcStatus>().Select(Kebab)];

    public static string ToWire(RpcStatus status) => StatusNames[(int)status];

    /// <summary>An unknown status is an internal failure of the peer.</summary>
    public static RpcStatus StatusFromWire(string? name)
    {
        var index = Array.IndexOf(StatusNames, name);
        return index < 0 ? RpcStatus.Internal : (RpcStatus)index;
    }

    private static string Kebab(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(c) : c.ToString()));
}
