using XmppRpc.Servers.Tests.Calls;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Hostile;

public sealed class ProsodyRelayTests(XmppServerFixture servers, Victim victim) : RelayScenarios(victim), IClassFixture<Victim>
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Prosody, user, resource);

    // What Prosody 0.12 makes of the prefix xml: a declaration of its namespace.
    [Theory]
    [InlineData("element of the prefix xml")]
    [InlineData("element of the prefix xml with everything in it")]
    [InlineData("attribute of the prefix xml")]
    [InlineData("attribute xml:xmlns")]
    [InlineData("one namespace written for each of many elements")]
    [InlineData("a namespace of quotes written for each of many elements")]
    [InlineData("3,000 levels")]
    [InlineData("30,000 levels")]
    [InlineData("60,000 siblings")]
    [InlineData("250 KiB of quotes")]
    public Task What_it_makes_of_a_stanza_is_skipped(string name) => AssertSkippedAsync(name);
}

public sealed class EjabberdRelayTests(XmppServerFixture servers, Victim victim) : RelayScenarios(victim), IClassFixture<Victim>
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Ejabberd, user, resource);

    // What ejabberd 23.01 makes of the prefix xml, and of declarations on the stanza, which it drops.
    [Theory]
    [InlineData("element of the prefix xml")]
    [InlineData("element of the prefix xml with everything in it")]
    [InlineData("stream prefix redeclared at the top and used by an attribute")]
    [InlineData("stream prefix redeclared at the top and used deep")]
    [InlineData("one namespace written for each of many elements")]
    [InlineData("a namespace of quotes written for each of many elements")]
    [InlineData("3,000 levels")]
    [InlineData("60,000 siblings")]
    [InlineData("250 KiB of quotes")]
    public Task What_it_makes_of_a_stanza_is_skipped(string name) => AssertSkippedAsync(name);
}

public sealed class LocalServerRelayTests(LocalServerFixture local, Victim victim) : RelayScenarios(victim), IClassFixture<LocalServerFixture>, IClassFixture<Victim>
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        Task.FromResult(XmppConnectionOptions.Parse(local.Server.ConnectionString(user, resource)));

    [Theory]
    [InlineData("3,000 levels")]
    [InlineData("60,000 siblings")]
    public Task What_it_makes_of_a_stanza_is_skipped(string name) => AssertSkippedAsync(name);
}

public sealed class ProsodyUnaskedTests(XmppServerFixture servers) : UnaskedScenarios
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Prosody, user, resource);
}

public sealed class EjabberdUnaskedTests(XmppServerFixture servers) : UnaskedScenarios
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) => servers.ConnectionAsync(ServerKind.Ejabberd, user, resource);
}

public sealed class LocalServerUnaskedTests(LocalServerFixture local) : UnaskedScenarios, IClassFixture<LocalServerFixture>
{
    protected override Task<XmppConnectionOptions> ConnectionAsync(string user, string resource) =>
        Task.FromResult(XmppConnectionOptions.Parse(local.Server.ConnectionString(user, resource)));
}
