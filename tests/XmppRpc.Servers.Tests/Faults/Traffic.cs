namespace XmppRpc.Servers.Tests.Faults;

/// <summary>Numbered messages both ways, without a pause, until it is stopped; only so many of each side are under way at a time.</summary>
internal sealed class Traffic
{
    private readonly Correspondent _one;
    private readonly Correspondent _other;
    private readonly int _window;
    private readonly Task[] _pumps;
    private volatile bool _stopping;

    private Traffic(Correspondent one, Correspondent other, int window)
    {
        (_one, _other, _window) = (one, other, window);
        _pumps = [Task.Run(() => PumpAsync(one, other)), Task.Run(() => PumpAsync(other, one))];
    }

    public static Traffic Start(Correspondent one, Correspondent other, int window = 32) => new(one, other, window);

    /// <summary>Completes when a side can send no more: until then the test may go on.</summary>
    public Task Broken => Task.WhenAny(_pumps).Unwrap();

    /// <summary>Stops, waits for what is under way, and checks that each number came once and in order.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        await Task.WhenAll(_pumps);
        await _one.UntilAsync(c => c.Numbers.Count >= _other.Sent);
        await _other.UntilAsync(c => c.Numbers.Count >= _one.Sent);
        // a last stanza that would come twice comes before the answer
        await _one.PingAsync();
        await _other.PingAsync();
        AssertOnceAndInOrder(_one, _other);
        AssertOnceAndInOrder(_other, _one);
    }

    private static void AssertOnceAndInOrder(Correspondent to, Correspondent from)
    {
        var numbers = to.Received;
        var wrong = Enumerable.Range(0, Math.Max(numbers.Length, from.Sent)).FirstOrDefault(i => i >= numbers.Length || numbers[i] != i, -1);
        Assert.True(wrong < 0 && numbers.Length == from.Sent, $"{from.Jid} sent {from.Sent} numbers, {to.Jid} received {numbers.Length}: …{string.Join(' ', numbers.Skip(wrong - 5).Take(40))}… from {wrong - 5} on.");
    }

    private async Task PumpAsync(Correspondent from, Correspondent to)
    {
        while (!_stopping)
        {
            await from.SendAsync(to.Jid);
            await to.UntilAsync(c => c.Numbers.Count > from.Sent - _window);
        }
    }
}
