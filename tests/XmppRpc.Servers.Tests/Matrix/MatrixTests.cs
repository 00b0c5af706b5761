using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Matrix;

public sealed class ProsodyMatrixTests(XmppServerFixture servers) : MatrixScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdMatrixTests(XmppServerFixture servers) : MatrixScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerMatrixTests(XmppServerFixture servers) : MatrixScenarios(servers, ServerKind.Local);
