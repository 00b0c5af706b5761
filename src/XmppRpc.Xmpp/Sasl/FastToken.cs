using System.Text;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>What the XMPP server gave to log in by again (XEP-0484 §3.3): as good as a password, so it stays in memory and has no text form.</summary>
internal sealed class FastToken(FastMechanism mechanism, string secret, DateTimeOffset expiry)
{
    private readonly byte[] _secret = Encoding.UTF8.GetBytes(secret);
    private int _count;

    /// <summary>The one mechanism it is good for.</summary>
    public FastMechanism Mechanism => mechanism;

    public bool IsExpired(DateTimeOffset now) => now >= expiry;

    /// <summary>Which attempt with this token the next one is, from 1: a server must not take the same twice (XEP-0484 §3.4).</summary>
    public int NextCount() => ++_count;

    public SaslHt Begin(string user, BoundChannel channel) => new(mechanism, user, _secret, mechanism.BindingType is { } type ? channel.Find([type])!.Data : []);
}
