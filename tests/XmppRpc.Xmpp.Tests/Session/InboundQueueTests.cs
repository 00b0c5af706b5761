using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

public class InboundQueueTests
{
    private readonly InboundQueue _queue = new(new(2, 1000), new(4, 2000), () => { });

    [Fact]
    public async Task Changes_keep_their_place_and_those_between_which_nothing_came_are_told_as_one()
    {
        Change("1");
        _queue.Add(new Message { Id = "between" }, 10);
        for (var i = 2; i < 100; i++)
            Change($"{i}");

        Assert.Equal("lost 1", await TakeAsync());
        Assert.Equal("started 1", await TakeAsync());
        Assert.Equal("between", await TakeAsync());
        Assert.Equal("lost 2", await TakeAsync());
        // what comes while the place is half taken
        Change("100");
        Assert.Equal("started " + string.Join(' ', Enumerable.Range(2, 99)), await TakeAsync());
        _queue.Add(new Message { Id = "after" }, 10);
        Assert.Equal("after", await TakeAsync());
        Change("next");
        Assert.Equal("lost next", await TakeAsync());
    }

    [Theory]
    [InlineData(true, true, true)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    public async Task Sessions_told_as_one_were_resumed_if_all_were(bool first, bool second, bool all)
    {
        foreach (var resumed in new[] { first, second })
        {
            _queue.Tell(Lost("x"));
            _queue.Tell(new SessionStarted(Jid.Parse("a@b/c"), resumed, [], 0));
        }
        await TakeAsync();
        Assert.Equal(all, Assert.IsType<SessionStarted>(await _queue.TakeAsync(TestContext.Current.CancellationToken)).IsResumed);
    }

    [Fact]
    public async Task What_is_uncertain_and_not_told_is_bounded_before_the_next_session_is_opened()
    {
        _queue.Tell(Lost("1"));
        _queue.Tell(Started("1", 1999));
        Assert.True(_queue.WhenRoomForChanges().IsCompleted);
        // it takes the place of stanzas
        var room = _queue.WhenRoom();
        Assert.False(room.IsCompleted);
        _queue.Tell(Lost("2"));
        _queue.Tell(Started("2", 1));
        var roomForChanges = _queue.WhenRoomForChanges();
        Assert.False(roomForChanges.IsCompleted);
        await TakeAsync();
        Assert.False(roomForChanges.IsCompleted);
        Assert.Equal("started 1 2", await TakeAsync());
        await roomForChanges;
        await room;
    }

    [Fact]
    public void Reader_that_waited_since_the_last_look_was_held_up()
    {
        Assert.False(_queue.HasHeldUp());
        _queue.Add(new Message(), 1);
        _queue.Add(new Message(), 1);
        Assert.False(_queue.HasHeldUp());
        Assert.False(_queue.WhenRoom().IsCompleted);
        Assert.True(_queue.HasHeldUp());
        Assert.True(_queue.HasHeldUp());
        _queue.BeginAwait();
        Assert.False(_queue.HasHeldUp());
    }

    [Fact]
    public async Task Closing_holds_nobody_up_and_drops_what_is_above_the_wider_bound_from_then_on()
    {
        for (var i = 0; i < 2; i++)
            _queue.Add(new Message { Id = $"{i}" }, 1);
        var room = _queue.WhenRoom();
        Assert.False(room.IsCompleted);
        _queue.BeginClose();
        await room;
        for (var i = 2; i < 10; i++)
            _queue.Add(new Message { Id = $"{i}" }, 1);
        Assert.True(_queue.IsOverflowed);
        for (var i = 0; i < 4; i++)
            Assert.Equal($"{i}", await TakeAsync());
        // a gap would be worse than an end
        _queue.Add(new Message { Id = "late" }, 1);
        _queue.Complete(null);
        Assert.Null(await _queue.TakeAsync(TestContext.Current.CancellationToken));
    }

    private static SessionLost Lost(string why) => new(new XmppConnectionException(why));

    private static SessionStarted Started(string id, long bytes = 10) => new(Jid.Parse("a@b/c"), false, [new(new Message { Id = id }, false)], bytes);

    private void Change(string id)
    {
        _queue.Tell(Lost(id));
        _queue.Tell(Started(id));
    }

    private async Task<string?> TakeAsync() => await _queue.TakeAsync(TestContext.Current.CancellationToken) switch
    {
        Message message => message.Id,
        SessionLost lost => "lost " + lost.Reason.Message,
        SessionStarted started => "started " + string.Join(' ', started.Unacknowledged.Select(u => u.Stanza.Id)),
        _ => null,
    };
}
