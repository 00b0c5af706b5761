using XmppRpc.TestKit.Faults;

namespace XmppRpc.Tests.Kit.Faults;

public class StanzaFaultTests
{
    private static readonly Stanzas Messages = Stanzas.Named("message");

    [Fact]
    public async Task Drop_takes_away_the_stanzas_it_is_for_and_nothing_else()
    {
        await using var wire = await OpenAsync(Fault.Drop(Messages.Skip(1).Take(1)));

        await Wire.SayAsync(wire.Client, M(1) + " " + M(2) + M(3) + "<r xmlns='urn:xmpp:sm:3'/>");

        await Wire.HearAsync(wire.Server, M(1) + " " + M(3) + "<r xmlns='urn:xmpp:sm:3'/>");
    }

    [Fact]
    public async Task Duplicate_lets_a_stanza_pass_again()
    {
        await using var wire = await OpenAsync(Fault.Duplicate(Stanzas.Where(stanza => stanza.Attribute("id") == "2"), copies: 2));

        await Wire.SayAsync(wire.Client, M(1) + M(2) + M(3));

        await Wire.HearAsync(wire.Server, M(1) + M(2) + M(2) + M(2) + M(3));
    }

    [Fact]
    public async Task Reorder_lets_a_stanza_be_overtaken_by_the_next_ones()
    {
        await using var wire = await OpenAsync(Fault.Reorder(Messages.Take(1), by: 2));

        await Wire.SayAsync(wire.Client, M(1) + M(2) + M(3) + M(4));

        await Wire.HearAsync(wire.Server, M(2) + M(3) + M(1) + M(4));
    }

    [Fact]
    public async Task Reorder_gives_up_what_it_keeps_when_the_direction_ends()
    {
        await using var wire = await OpenAsync(Fault.Reorder(Messages, by: 2));

        await Wire.SayAsync(wire.Client, M(1) + M(2));
        wire.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        Assert.Equal(M(1) + M(2), await Wire.HearAllAsync(wire.Server));
    }

    [Fact]
    public async Task Hold_keeps_stanzas_back_while_others_pass_and_the_end_waits_with_them()
    {
        var gate = new Gate();
        await using var wire = await OpenAsync(Fault.Hold(Messages.Take(2), gate));

        await Wire.SayAsync(wire.Client, M(1) + M(2) + M(3));
        await Wire.HearAsync(wire.Server, M(3));
        wire.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.True(Wire.IsQuiet(wire.Server));
        gate.Open();

        Assert.Equal(M(1) + M(2), await Wire.HearAllAsync(wire.Server));
    }

    [Fact]
    public async Task Hold_keeps_nothing_once_the_gate_is_open()
    {
        var gate = new Gate();
        await using var wire = await OpenAsync(Fault.Hold(Messages, gate));

        await Wire.SayAsync(wire.Client, M(1));
        await wire.Proxy.Trace.WaitForAsync(entry => entry.What.StartsWith("Fault.Hold", StringComparison.Ordinal));
        gate.Open();
        await Wire.HearAsync(wire.Server, M(1));
        await Wire.SayAsync(wire.Client, M(2));

        await Wire.HearAsync(wire.Server, M(2));
    }

    [Fact]
    public async Task Rewrite_forges_the_sender_of_a_stanza_that_the_client_believes()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToClient(Fault.Rewrite(Messages, Forged.From("mallory@localhost/x"))));
        await wire.OpenStreamAsync();

        await Wire.SayAsync(wire.Server, "<message id='1' from='bob@localhost/a'><body>&lt;é</body></message>" + P);

        await Wire.HearAsync(wire.Client, "<message id='1' from='mallory@localhost/x'><body>&lt;é</body></message>" + P);
    }

    [Fact]
    public async Task Answer_bounces_a_stanza_that_arrives_all_the_same()
    {
        await using var wire = await OpenAsync(Fault.Answer(Messages, Forged.Bounce(echo: true)));

        await Wire.SayAsync(wire.Client, "<message to='bob@localhost' id='7'><x xmlns='urn:x'>1</x></message>");

        await Wire.HearAsync(wire.Server, "<message to='bob@localhost' id='7'><x xmlns='urn:x'>1</x></message>");
        await Wire.HearAsync(wire.Client, "<message from='bob@localhost' id='7' type='error'><x xmlns='urn:x'>1</x><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    }

    [Fact]
    public async Task Answer_with_drop_behind_it_is_a_true_bounce()
    {
        await using var wire = await OpenAsync(Fault.Answer(Messages, Forged.Bounce("wait", "remote-server-timeout")), Fault.Drop(Messages));

        await Wire.SayAsync(wire.Client, M(1) + P);

        await Wire.HearAsync(wire.Server, P);
        await Wire.HearAsync(wire.Client, "<message id='1' type='error'><error type='wait'><remote-server-timeout xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
    }

    [Theory]
    [InlineData("before", "<presence/>!<message id='1'/><message id='2'/>")]
    [InlineData("inside", "<presence/><message!.id='1'/><message id='2'/>")]
    [InlineData("after", "<presence/><message id='1'/>!<message id='2'/>")]
    [InlineData("byte", "<presence!/><message id='1'/><message id='2'/>")]
    public async Task Inject_writes_at_its_moment(string moment, string expected)
    {
        var at = moment switch
        {
            "before" => At.Before(Messages),
            "inside" => At.Inside(Messages, "<message".Length),
            "after" => At.After(Messages),
            _ => At.Byte(Wire.Header.Length + "<presence".Length),
        };
        await using var wire = await OpenAsync(Fault.Inject(at, "!"));

        await Wire.SayAsync(wire.Client, P + M(1) + M(2));

        await Wire.HearAsync(wire.Server, expected.Replace('.', ' '));
    }

    [Fact]
    public async Task Inject_by_hand_comes_between_stanzas()
    {
        await using var wire = await OpenAsync();

        await Wire.SayAsync(wire.Client, "<message ");
        wire.Connection.ToServer.Inject(P);
        await Wire.HearAsync(wire.Server, P);
        await Wire.SayAsync(wire.Client, "id='1'/>");

        await Wire.HearAsync(wire.Server, M(1));
    }

    [Fact]
    public async Task Cut_behind_a_stanza_leaves_it_whole()
    {
        await using var wire = await OpenAsync(Fault.Cut(At.After(Messages.Skip(1))));

        await Wire.SayAsync(wire.Client, M(1) + M(2) + M(3));

        Assert.Equal(M(1) + M(2), await Wire.HearAllAsync(wire.Server));
        Assert.Equal(2, wire.Connection.ToServer.SentStanzas);
    }

    [Fact]
    public void A_fault_on_stanzas_is_refused_where_it_would_see_none()
    {
        Assert.Throws<ArgumentException>(() => FaultScript.Pass.ToClient(Fault.Rechunk(), Fault.Drop(Messages)));
        Assert.Throws<ArgumentException>(() => FaultScript.Pass.Rechunked().ToClient(Fault.Cut(At.Before(Messages))));
    }

    private static string M(int id) => $"<message id='{id}'/>";

    private const string P = "<presence/>";

    private static async Task<Wire> OpenAsync(params Fault[] toServer)
    {
        var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(toServer));
        await wire.OpenStreamAsync();
        return wire;
    }
}
