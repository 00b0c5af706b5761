using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Faults;

public sealed class ProsodyResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Prosody, output);

public sealed class EjabberdResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Ejabberd, output);

public sealed class LocalServerResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Local, output);

public sealed class ProsodyLostSessionTests(XmppServerFixture servers) : LostSessionScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdLostSessionTests(XmppServerFixture servers) : LostSessionScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerLostSessionTests(XmppServerFixture servers) : LostSessionScenarios(servers, ServerKind.Local);

public sealed class ProsodyResumeSafetyTests(XmppServerFixture servers) : ResumeSafetyScenarios(servers, ServerKind.Prosody)
{
    // it writes six bytes for each
    [Fact]
    public Task Quotes_that_became_an_element_over_the_cap_are_skipped_once() => AssertSkippedOnceAsync("250 KiB of quotes");
}

public sealed class EjabberdResumeSafetyTests(XmppServerFixture servers) : ResumeSafetyScenarios(servers, ServerKind.Ejabberd)
{
    // it writes six bytes for each
    [Fact]
    public Task Quotes_that_became_an_element_over_the_cap_are_skipped_once() => AssertSkippedOnceAsync("250 KiB of quotes");
}

public sealed class LocalServerResumeSafetyTests(XmppServerFixture servers) : ResumeSafetyScenarios(servers, ServerKind.Local);

public sealed class ProsodySilenceTests(XmppServerFixture servers) : SilenceScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdSilenceTests(XmppServerFixture servers) : SilenceScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerSilenceTests(XmppServerFixture servers) : SilenceScenarios(servers, ServerKind.Local);

public sealed class ProsodyDeliveryTests(XmppServerFixture servers) : DeliveryScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdDeliveryTests(XmppServerFixture servers) : DeliveryScenarios(servers, ServerKind.Ejabberd)
{
    // the control: this is what the last acknowledgement is for
    [Fact]
    public Task Closing_without_the_last_acknowledgement_leaves_bounces() => AssertBouncesWithoutLastAcknowledgementAsync();
}

public sealed class LocalServerDeliveryTests(XmppServerFixture servers) : DeliveryScenarios(servers, ServerKind.Local);

public sealed class ProsodyComponentTests(XmppServerFixture servers) : ComponentScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdComponentTests(XmppServerFixture servers) : ComponentScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerComponentTests(XmppServerFixture servers) : ComponentScenarios(servers, ServerKind.Local);

public sealed class ProsodyThrottledTests(XmppServerFixture servers) : ThrottledScenarios(servers, ServerKind.Prosody, messages: 60);

public sealed class EjabberdThrottledTests(XmppServerFixture servers) : ThrottledScenarios(servers, ServerKind.Ejabberd, messages: 50);
