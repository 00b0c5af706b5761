using XmppRpc.TestKit;
using XmppRpc.TestKit.Time;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Tests.Session;

/// <summary>Behind a closing tag nothing leaves (RFC 6120 §4.4), and closing ends in time, whatever the connection is about.</summary>
public sealed class ClosingTests : IAsyncDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly FakeServer _server = new();

    public ClosingTests() => _server.Options = _server.Options with { Reconnect = true, Time = _time, MinReconnectDelay = Delay, MaxReconnectDelay = Delay, Entity = new() };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stanza_behind_our_closing_tag_is_not_sent_and_its_sender_is_told(bool isManaged)
    {
        var connection = await AcceptAsync(isManaged);
        var closing = connection.CloseAsync();
        await _server.ExpectAsync(FakeServer.StreamEnd);
        var sending = connection.SendAsync(new Message { Id = "late" }).AsTask();
        Assert.False(sending.IsCompleted);
        await _server.SendAsync("<iq type='get' from='bob@example.org/x' id='p'><ping xmlns='urn:xmpp:ping'/></iq>" + FakeServer.StreamEnd);
        await closing;
        Assert.Contains("closed", (await Assert.ThrowsAsync<XmppConnectionException>(() => sending)).Message);
        Assert.Equal("", await _server.ExpectEndAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stanza_sent_after_the_server_closed_waits_for_the_next_session(bool isManaged)
    {
        // our closing tag is on its way, so the session is not over yet when the stanza is sent
        HeldStream? held = null;
        var open = _server.Options.OpenStream!;
        _server.Options = _server.Options with { OpenStream = async token => held is null ? held = new(await open(token)) : await open(token) };
        var connection = await AcceptAsync(isManaged);
        await _server.SendAsync(FakeServer.StreamEnd);
        await held!.ReachedAsync();
        var sending = connection.SendAsync(new Message { Id = "next" }).AsTask();
        Assert.False(sending.IsCompleted);
        held.Release();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await _server.NextConnectionAsync();
        await _server.AuthenticateAsync();
        await _server.BindAsync();
        await sending;
        await _server.ExpectAsync("id='next'");
        Assert.Empty(Assert.IsType<SessionStarted>(await connection.ReceiveEventAsync()).Unacknowledged);
    }

    [Fact]
    public async Task Cancelled_close_ends_at_once_while_the_server_does_not_answer()
    {
        var connection = await AcceptAsync(isManaged: true);
        using var cancel = new CancellationTokenSource();
        var closing = connection.CloseAsync(cancel.Token);
        await _server.ExpectAsync(FakeServer.StreamEnd);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closing.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Null(await connection.ReceiveAsync());
    }

    [Fact]
    public async Task Cancelled_close_ends_at_once_while_nothing_can_be_written()
    {
        await using var server = new FakeServer(window: 1024);
        server.Options = server.Options with { Reconnect = true, Time = _time };
        var connection = await server.AcceptManagedAsync();
        var sending = connection.SendAsync(new Message { Body = new string('x', 5000) }).AsTask();
        var closing = connection.CloseAsync(new(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => closing.WaitAsync(TimeSpan.FromSeconds(30)));
        await sending;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Close_ends_at_once_while_the_program_s_own_stream_is_being_opened_and_heeds_no_token(bool isCancelled)
    {
        var (asked, given) = (new TaskCompletionSource(), new TaskCompletionSource<Stream>());
        var open = _server.Options.OpenStream!;
        var isFirst = true;
        _server.Options = _server.Options with
        {
            OpenStream = async token =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    return await open(token);
                }
                asked.TrySetResult();
                return await given.Task;
            },
        };
        var connection = await AcceptAsync(isManaged: true);
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await BackOffAsync();
        await asked.Task;
        var closing = connection.CloseAsync(new(isCancelled));
        if (isCancelled)
            await Task.WhenAny(closing).WaitAsync(TimeSpan.FromSeconds(30));
        else
            await closing.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(await connection.ReceiveEventAsync());
        // what comes of it later is dropped
        var (late, end) = DuplexStream.CreatePair();
        given.SetResult(late);
        var buffer = new byte[1000];
        while (await end.ReadAsync(buffer) > 0)
        {
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Cancelled_close_ends_at_once_between_sessions(bool duringAttempt)
    {
        var connection = await AcceptAsync(isManaged: true);
        _server.Break();
        Assert.IsType<SessionLost>(await connection.ReceiveEventAsync());
        await _time.TimerAsync(Delay);
        if (duringAttempt)
        {
            _time.Advance(Delay);
            await _server.NextConnectionAsync();
            await _server.ExpectAsync("<stream:stream ");
        }
        var closing = connection.CloseAsync(new(canceled: true));
        await Task.WhenAny(closing).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Null(await connection.ReceiveEventAsync());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task<XmppConnection> AcceptAsync(bool isManaged) => isManaged ? _server.AcceptManagedAsync() : _server.AcceptAsync();

    private async Task BackOffAsync()
    {
        await _time.TimerAsync(Delay);
        _time.Advance(Delay);
    }

    /// <summary>Holds the write that has the closing tag until it is released.</summary>
    private sealed class HeldStream(Stream inner) : Stream
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override bool CanRead => true;
        public override bool CanWrite => true;
        public override bool CanSeek => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public Task ReachedAsync() => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public void Release() => _released.SetResult();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (buffer.Span.IndexOf("</stream:stream>"u8) >= 0)
            {
                _reached.SetResult();
                await _released.Task;
            }
            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
        public override void Flush()
        {
        }
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
