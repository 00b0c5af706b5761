using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

public sealed class ProsodyCallTests(XmppServerFixture servers) : CallScenarios
{
    protected override async Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        XmppConnectionOptions.Parse((await servers.StartAsync(ServerKind.Prosody)).ConnectionString(user, resource));
}

public sealed class EjabberdCallTests(XmppServerFixture servers) : CallScenarios
{
    protected override async Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        XmppConnectionOptions.Parse((await servers.StartAsync(ServerKind.Ejabberd)).ConnectionString(user, resource));
}

public sealed class ProsodyHostileTests(XmppServerFixture servers) : HostileScenarios
{
    protected override async Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        XmppConnectionOptions.Parse((await servers.StartAsync(ServerKind.Prosody)).ConnectionString(user, resource));
}

public sealed class EjabberdHostileTests(XmppServerFixture servers) : HostileScenarios
{
    protected override async Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        XmppConnectionOptions.Parse((await servers.StartAsync(ServerKind.Ejabberd)).ConnectionString(user, resource));
}
