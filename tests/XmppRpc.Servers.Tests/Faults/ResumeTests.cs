using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Faults;

public sealed class ProsodyResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Prosody, output);

public sealed class EjabberdResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Ejabberd, output);

public sealed class LocalServerResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Local, output);
