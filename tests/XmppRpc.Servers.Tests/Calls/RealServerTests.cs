using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Calls;

public sealed class ProsodyCallTests(XmppServerFixture servers) : CallScenarios
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Prosody, user, resource);
}

public sealed class EjabberdCallTests(XmppServerFixture servers) : CallScenarios
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Ejabberd, user, resource);
}

public sealed class ProsodyHostileTests(XmppServerFixture servers) : ForeignerScenarios
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Prosody, user, resource);
}

public sealed class EjabberdHostileTests(XmppServerFixture servers) : ForeignerScenarios
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Ejabberd, user, resource);
}

internal static class Connections
{
    public static async Task<XmppConnectionOptions> ConnectionAsync(this XmppServerFixture servers, ServerKind kind, string user, string resource) =>
        XmppConnectionOptions.Parse((await servers.StartAsync(kind)).ConnectionString(user, resource));
}
