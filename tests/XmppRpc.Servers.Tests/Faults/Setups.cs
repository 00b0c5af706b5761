using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>XMPP servers and connections of the tests about lost sessions.</summary>
internal static class Setups
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(10);

    /// <summary>Keeps lost sessions longer than a test takes.</summary>
    public static ServerSetup Patient { get; } = new() { ResumeTimeout = TimeSpan.FromMinutes(5) };

    /// <summary>Forgets lost sessions as soon as it can.</summary>
    public static ServerSetup Forgetful { get; } = new() { ResumeTimeout = TimeSpan.FromSeconds(1) };

    /// <summary>The options of a connection that does not wait long before it is opened again, and answers nobody: what is asked of it stays open.</summary>
    public static XmppConnectionOptions Options(string connectionString) =>
        XmppConnectionOptions.Parse(connectionString) with { MinReconnectDelay = AtOnce, MaxReconnectDelay = AtOnce, Entity = null };
}
