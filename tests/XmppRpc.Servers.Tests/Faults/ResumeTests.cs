using System.Text;
using XmppRpc.Servers.Tests.Hostile;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Servers.Tests.Faults;

public sealed class EjabberdResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Ejabberd, output);

public sealed class LocalServerResumeCutTests(XmppServerFixture servers, ITestOutputHelper output) : ResumeCutScenarios(servers, ServerKind.Local, output);

public sealed class ProsodyLostSessionTests(XmppServerFixture servers) : LostSessionScenarios(servers, ServerKind.Prosody);

public sealed class EjabberdLostSessionTests(XmppServerFixture servers) : LostSessionScenarios(servers, ServerKind.Ejabberd);

public sealed class LocalServerLostSessionTests(XmppServerFixture servers) : LostSessionScenarios(servers, ServerKind.Local);

public sealed class ProsodyResumeSafetyTests(XmppServerFixture servers) : ResumeSafetyScenarios(servers, ServerKind.Prosody)
{
    [Theory]
    [InlineData("3,000 levels")]
    [InlineData("60,000 siblings")]
    // it writes six bytes for each
    [InlineData("250 KiB of quotes")]
    public Task Stanza_over_a_cap_that_waited_is_skipped_once(string name) => AssertSkippedOnceAsync(HostileStanzas.Bytes(name, "alice@localhost/victim"));
}

public sealed class EjabberdResumeSafetyTests(XmppServerFixture servers) : ResumeSafetyScenarios(servers, ServerKind.Ejabberd)
{
    [Theory]
    [InlineData("3,000 levels")]
    [InlineData("60,000 siblings")]
    // it writes six bytes for each
    [InlineData("250 KiB of quotes")]
    public Task Stanza_over_a_cap_that_waited_is_skipped_once(string name) => AssertSkippedOnceAsync(HostileStanzas.Bytes(name, "alice@localhost/victim"));
}

public sealed class LocalServerResumeSafetyTests(XmppServerFixture servers) : ResumeSafetyScenarios(servers, ServerKind.Local)
{
    // what is above our caps is above its own too
    [Fact]
    public Task Message_over_a_low_cap_is_skipped_once() => AssertSkippedOnceAsync(Encoding.UTF8.GetBytes($"<message to='alice@localhost/victim' type='headline'><x>{new string('x', 100_000)}</x></message>"), new() { MaxStanzaBytes = 16 * 1024 });
}

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
