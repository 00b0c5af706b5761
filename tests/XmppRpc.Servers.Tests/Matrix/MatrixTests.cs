using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Matrix;

public sealed class ProsodyMatrixTests(XmppServerFixture servers) : MatrixScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdMatrixTests(XmppServerFixture servers) : MatrixScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerMatrixTests(XmppServerFixture servers) : MatrixScenarios(servers, ServerKind.Local);

public sealed class ProsodyLostFrameTests(XmppServerFixture servers) : LostFrameScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdLostFrameTests(XmppServerFixture servers) : LostFrameScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerLostFrameTests(XmppServerFixture servers) : LostFrameScenarios(servers, ServerKind.Local);

public sealed class ProsodyMeddlerTests(XmppServerFixture servers) : MeddlerScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdMeddlerTests(XmppServerFixture servers) : MeddlerScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerMeddlerTests(XmppServerFixture servers) : MeddlerScenarios(servers, ServerKind.Local);

public sealed class ProsodyRepetitionTests(XmppServerFixture servers) : RepetitionScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdRepetitionTests(XmppServerFixture servers) : RepetitionScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerRepetitionTests(XmppServerFixture servers) : RepetitionScenarios(servers, ServerKind.Local);
