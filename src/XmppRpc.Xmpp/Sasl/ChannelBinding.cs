using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>The head of a SCRAM exchange, which says what is known of channel binding (RFC 5802 §6), and the data that is bound.</summary>
internal sealed class ChannelBinding
{
    private readonly string _header;
    private readonly byte[] _data;

    private ChannelBinding(string flag, byte[] data) => (_header, _data) = (flag + ",,", data);

    /// <summary><c>n</c>: not supported here, or not for what the server lists.</summary>
    public static ChannelBinding Unsupported { get; } = new("n", []);

    /// <summary><c>y</c>: supported here, and the server seems not to. One that does aborts: somebody took its offer out.</summary>
    public static ChannelBinding NotOffered { get; } = new("y", []);

    /// <summary><c>p=type</c>: this data is bound.</summary>
    public static ChannelBinding Of(string type, byte[] data) => new("p=" + type, data);

    /// <summary>Whether something is bound, which is what -PLUS means.</summary>
    public bool IsBound => _data.Length > 0;

    /// <summary>What is bound; empty if nothing is.</summary>
    public byte[] Data => _data;

    /// <summary>What the client's first message begins with: gs2-header, without an authorization identity.</summary>
    public string Header => _header;

    /// <summary>The value of <c>c=</c> in the client's last message: cbind-input.</summary>
    public string Input => Convert.ToBase64String([.. Encoding.ASCII.GetBytes(_header), .. _data]);
}
