namespace XmppRpc.Benchmarks.Peers.Raw;

/// <summary>One loop that reads and writes. A write that does not get on keeps nobody from reading: a server may wait for just that.</summary>
internal sealed class RawExchange(RawStream stream)
{
    /// <summary>Sends so many stanzas, then for each batch received as many as <paramref name="onReceived"/> says, until nothing is owed and as many have come as were sent; or until the stream ends. With nothing to send first it only answers, and goes on for ever.</summary>
    public async Task RunAsync(int first, Func<RawStanzas> stanzas, Func<int, int> onReceived)
    {
        var (owed, open) = (first, first);
        Task writing = Task.CompletedTask;
        Task<int>? reading = null;
        while (first == 0 || open > 0)
        {
            if (owed > 0 && writing.IsCompleted)
            {
                await writing;
                var (row, count) = (stanzas(), owed);
                count = Math.Min(count, row.Count);
                writing = stream.WriteAsync(row.Take(count)).AsTask();
                owed -= count;
            }
            reading ??= stream.ReadStanzasAsync().AsTask();
            if (!writing.IsCompleted || owed > 0)
                await Task.WhenAny(reading, writing);
            if (!reading.IsCompleted && (owed > 0 || !writing.IsCompleted))
                continue;
            var received = await reading;
            reading = null;
            var more = onReceived(received);
            owed += more;
            open += more - received;
        }
        await writing;
    }
}
