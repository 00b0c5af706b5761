using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Faults;

public sealed class ProsodyHandshakeCutTests(XmppServerFixture servers, ITestOutputHelper output) : HandshakeCutScenarios(servers, ServerKind.Prosody, output)
{
    [Fact]
    public Task Connecting_with_direct_TLS_works_when_the_client_reads_byte_by_byte() => AssertConnectsByteByByteAsync(ProxyTls.TerminateDirect);
}

public sealed class EjabberdHandshakeCutTests(XmppServerFixture servers, ITestOutputHelper output) : HandshakeCutScenarios(servers, ServerKind.Ejabberd, output)
{
    // ejabberd derives the keys of SCRAM anew at each login, so a connect takes it twice as long as it takes Prosody
    protected override int Step => 2;

    [Fact]
    public Task Connecting_with_direct_TLS_works_when_the_client_reads_byte_by_byte() => AssertConnectsByteByByteAsync(ProxyTls.TerminateDirect);
}

public sealed class LocalServerHandshakeCutTests(XmppServerFixture servers, ITestOutputHelper output) : HandshakeCutScenarios(servers, ServerKind.Local, output);
