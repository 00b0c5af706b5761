using XmppRpc.LocalServer.Network;

namespace XmppRpc.Xmpp.Tests.LocalServer;

public sealed class MemoryDuplexStreamTests
{
    private readonly CancellationToken _token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bytes_arrive_at_the_other_end_both_ways()
    {
        var (a, b) = MemoryDuplexStream.CreatePair();
        await a.WriteAsync(new byte[] { 1, 2, 3 }, _token);
        await b.WriteAsync(new byte[] { 9 }, _token);
        var buffer = new byte[2];
        Assert.Equal(2, await b.ReadAsync(buffer, _token));
        Assert.Equal([1, 2], buffer);
        Assert.Equal(1, await b.ReadAsync(buffer, _token));
        Assert.Equal(1, await a.ReadAsync(buffer, _token));
        Assert.Equal(9, buffer[0]);
    }

    [Fact]
    public async Task Bytes_written_and_read_in_pieces_of_any_size_arrive_whole_and_in_order()
    {
        var (a, b) = MemoryDuplexStream.CreatePair();
        var sent = Enumerable.Range(0, 300_000).Select(i => (byte)(i * 7 >> 3)).ToArray();
        var writing = WriteAsync();
        var received = new MemoryStream();
        var buffer = new byte[1009];
        int count;
        do
        {
            // TLS streams wait for data with empty reads
            Assert.Equal(0, await b.ReadAsync(Memory<byte>.Empty, _token));
            count = await b.ReadAsync(buffer, _token);
            received.Write(buffer, 0, count);
        }
        while (count > 0);
        await writing;
        Assert.Equal(sent, received.ToArray());

        async Task WriteAsync()
        {
            for (int at = 0, size = 1; at < sent.Length; at += size++)
                await a.WriteAsync(sent.AsMemory(at, Math.Min(size, sent.Length - at)), _token);
            await a.DisposeAsync();
        }
    }

    [Fact]
    public async Task Writer_waits_while_the_other_end_does_not_read()
    {
        var (a, b) = MemoryDuplexStream.CreatePair(maxBufferedBytes: 4);
        var writing = a.WriteAsync(new byte[10], _token).AsTask();
        Assert.False(writing.IsCompleted);
        Assert.Equal(10, await b.ReadAsync(new byte[16], _token));
        await writing;
    }

    [Fact]
    public async Task Reader_gets_what_was_written_before_the_end_and_then_the_end()
    {
        var (a, b) = MemoryDuplexStream.CreatePair();
        await a.WriteAsync(new byte[3], _token);
        await a.DisposeAsync();
        Assert.Equal(3, await b.ReadAsync(new byte[16], _token));
        Assert.Equal(0, await b.ReadAsync(new byte[16], _token));
    }

    [Fact]
    public async Task Closing_an_end_releases_those_who_wait_on_either()
    {
        var (a, b) = MemoryDuplexStream.CreatePair(maxBufferedBytes: 1);
        var readingHere = a.ReadAsync(new byte[1], _token).AsTask();
        var writingHere = a.WriteAsync(new byte[2], _token).AsTask();
        await a.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => readingHere);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writingHere);

        var (c, d) = MemoryDuplexStream.CreatePair(maxBufferedBytes: 1);
        var readingThere = d.ReadAsync(new byte[1], _token).AsTask();
        var writingThere = d.WriteAsync(new byte[2], _token).AsTask();
        await c.DisposeAsync();
        Assert.Equal(0, await readingThere);
        await Assert.ThrowsAsync<IOException>(() => writingThere);
        await Assert.ThrowsAsync<IOException>(() => d.WriteAsync(new byte[1], _token).AsTask());
        await b.DisposeAsync();
    }

    [Fact]
    public async Task Cancelled_read_loses_nothing()
    {
        var (a, b) = MemoryDuplexStream.CreatePair();
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(_token);
        var reading = b.ReadAsync(new byte[1], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await a.WriteAsync(new byte[] { 7 }, _token);
        Assert.Equal(1, await b.ReadAsync(new byte[1], _token));
    }
}
