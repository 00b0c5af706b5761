using XmppRpc.Xmpp.Session;

namespace XmppRpc.Xmpp.Tests.Session;

public class LivenessTests
{
    private static readonly LivenessLimits Limits = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(30), SlowestBytesPerSecond: 1000);

    private readonly Liveness _liveness = new(Limits);

    [Fact]
    public void Looks_four_times_in_the_shortest_of_its_times() => Assert.Equal(TimeSpan.FromSeconds(5), _liveness.Interval);

    [Fact]
    public void Idle_stream_gets_white_space_then_a_probe_and_dies_unanswered()
    {
        Assert.Equal(LivenessStep.None, Tick(29));
        Assert.Equal(LivenessStep.WhiteSpace, Tick(30));
        Assert.Equal(LivenessStep.None, Tick(35, written: 1));
        Assert.Equal(LivenessStep.Probe, Tick(60, written: 1));
        Assert.Equal(LivenessStep.WhiteSpace, Tick(79, written: 1));
        Assert.Equal(LivenessStep.Dead, Tick(80, written: 30));
    }

    [Fact]
    public void Any_byte_answers_a_probe()
    {
        Assert.Equal(LivenessStep.Probe, Tick(60, written: 1));
        Assert.Equal(LivenessStep.None, Tick(79, read: 1, written: 5));
        Assert.Equal(LivenessStep.None, Tick(80, read: 1, written: 5));
        Assert.Equal(LivenessStep.Probe, Tick(139, read: 1, written: 6));
    }

    [Fact]
    public void Owed_acknowledgement_is_waited_for_from_when_it_was_owed()
    {
        Assert.Equal(LivenessStep.None, Tick(5, written: 1));
        Assert.Equal(LivenessStep.None, Tick(25, written: 2, owed: true));
        Assert.Equal(LivenessStep.None, Tick(44, written: 3, owed: true));
        Assert.Equal(LivenessStep.Dead, Tick(45, written: 3, owed: true));
    }

    [Fact]
    public void Server_that_takes_a_large_stanza_slowly_is_waited_for_longer_F17()
    {
        Tick(5, written: 1, owed: true, largest: 60_000);
        Assert.Equal(LivenessStep.None, Tick(84, written: 60, owed: true, largest: 60_000));
        Assert.Equal(LivenessStep.Dead, Tick(85, written: 60, owed: true, largest: 60_000));
    }

    [Fact]
    public void Question_that_still_waits_here_is_not_owed_an_answer()
    {
        Assert.Equal(LivenessStep.Probe, Tick(60, written: 1));
        Assert.Equal(LivenessStep.None, Tick(85, written: 2, heldUp: true));
        Assert.Equal(LivenessStep.None, Tick(104, written: 3));
        Assert.Equal(LivenessStep.Dead, Tick(105, written: 3));
    }

    // Prosody 0.12 may resume a stream into a parser that waits for the rest of a stanza that never comes
    [Fact]
    public void Server_that_sends_and_never_acknowledges_is_given_up()
    {
        for (var seconds = 5; seconds < 83; seconds += 5)
            Assert.NotEqual(LivenessStep.Dead, Tick(seconds, read: seconds, written: seconds, owed: true, unacked: 3000));
        Assert.Equal(LivenessStep.Dead, Tick(83, read: 83, written: 83, owed: true, unacked: 3000));
    }

    [Fact]
    public void Server_that_acknowledges_now_and_then_is_not()
    {
        for (var seconds = 5; seconds < 500; seconds += 5)
            Assert.NotEqual(LivenessStep.Dead, Tick(seconds, read: seconds, written: seconds, owed: true, unacked: 3000, acknowledged: (uint)seconds / 60));
    }

    [Fact]
    public void Stream_that_is_not_read_for_lack_of_room_is_not_given_up()
    {
        Assert.Equal(LivenessStep.Probe, Tick(60, written: 60));
        for (var seconds = 65; seconds < 500; seconds += 5)
            Assert.Equal(LivenessStep.None, Tick(seconds, written: seconds, owed: true, unacked: 3000, readerHeldUp: true));
        Assert.Equal(LivenessStep.None, Tick(514, written: 514, owed: true, unacked: 3000));
        Assert.Equal(LivenessStep.Dead, Tick(515, written: 515, owed: true, unacked: 3000));
    }

    private LivenessStep Tick(int seconds, long read = 0, long written = 0, bool owed = false, bool heldUp = false, bool readerHeldUp = false, int largest = 0, int unacked = 0, uint acknowledged = 0) =>
        _liveness.Tick(TimeSpan.FromSeconds(seconds), new(read, written, owed, heldUp, readerHeldUp, largest, unacked, acknowledged));
}
