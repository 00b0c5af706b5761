using System.Globalization;
using System.Runtime.CompilerServices;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Session;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Servers.Tests.Faults;

/// <summary>One side of an exchange of numbered messages: sends the next numbers, receives all the time, and keeps what came in its order.</summary>
internal sealed class Correspondent : IAsyncDisposable
{
    private const string Namespace = "urn:xmpprpc:tests:numbered";

    /// <summary>What takes longer hangs.</summary>
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

    private readonly Lock _gate = new();
    private readonly List<(Func<Correspondent, bool> Condition, TaskCompletionSource Met)> _waiters = [];
    private readonly Task _receiving;

    private Correspondent(XmppConnection connection)
    {
        Connection = connection;
        _receiving = ReceiveAsync();
    }

    public XmppConnection Connection { get; }

    public Jid Jid => Connection.Jid;

    /// <summary>How many numbers were given to the connection; the next one to send.</summary>
    public int Sent { get; private set; }

    /// <summary>The numbers that came. This and all below are for <see cref="UntilAsync"/>, or for when nothing comes any more.</summary>
    public List<int> Numbers { get; } = [];

    /// <summary>The numbers that have come so far.</summary>
    public int[] Received
    {
        get
        {
            lock (_gate)
                return [.. Numbers];
        }
    }

    /// <summary>The stanzas that came and are not numbered, among them bounces of those that are.</summary>
    public List<Stanza> Others { get; } = [];

    public List<SessionLost> Losses { get; } = [];

    public List<SessionStarted> Starts { get; } = [];

    public bool HasEnded { get; private set; }

    /// <summary>What the connection ended with; null after an orderly end.</summary>
    public XmppException? End { get; private set; }

    public static async Task<Correspondent> ConnectAsync(XmppConnectionOptions options)
    {
        using var guard = new CancellationTokenSource(Guard);
        return new(await XmppConnection.ConnectAsync(options, guard.Token));
    }

    /// <summary>Sends the next numbers, each in a chat message with so many bytes of ballast; with a body servers may store it.</summary>
    public async Task SendAsync(Jid to, int count = 1, int ballast = 100, bool hasBody = false)
    {
        using var guard = new CancellationTokenSource(Guard);
        for (; count > 0; count--)
            await Connection.SendAsync(Numbered(to, Sent++, ballast, hasBody), guard.Token);
    }

    /// <summary>Completes when that is so; looked at whenever something came.</summary>
    public async Task UntilAsync(Func<Correspondent, bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "")
    {
        var met = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (condition(this))
                return;
            if (!HasEnded)
                _waiters.Add((condition, met));
            else
                met.TrySetCanceled(CancellationToken.None);
        }
        try
        {
            await met.Task.WaitAsync(Guard);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
                throw new InvalidOperationException($"{Jid}: '{text}' did not come true{(HasEnded ? $", the connection has ended: {End}" : "")}. Sent {Sent}, received {Numbers.Count} and {Others.Count} others, lost {Losses.Count}, started {Starts.Count}.", e);
        }
    }

    /// <summary>Completes when the XMPP server has handled whatever was sent before.</summary>
    public async Task PingAsync()
    {
        using var guard = new CancellationTokenSource(Guard);
        await Connection.RequestAsync(new Iq("get", new("ping", XmppNames.Ping)) { To = Jid.Parse(Jid.Domain) }, guard.Token);
    }

    /// <summary>Messages go both ways.</summary>
    public async Task AssertExchangesAsync(Correspondent other)
    {
        var (here, there) = (Numbers.Count, other.Numbers.Count);
        await SendAsync(other.Jid, 10);
        await other.SendAsync(Jid, 10);
        await UntilAsync(c => c.Numbers.Count >= here + 10);
        await other.UntilAsync(c => c.Numbers.Count >= there + 10);
        Assert.Equal(Enumerable.Range(Sent - 10, 10), other.Numbers[there..]);
        Assert.Equal(Enumerable.Range(other.Sent - 10, 10), Numbers[here..]);
    }

    /// <summary>The number of a message, or null if it has none.</summary>
    public static int? NumberOf(Stanza stanza) =>
        stanza is Message { IsError: false } && stanza.Element.Child("n", Namespace) is not null ? int.Parse(stanza.Id!, CultureInfo.InvariantCulture) : null;

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync();
        await _receiving;
    }

    private static Message Numbered(Jid to, int number, int ballast, bool hasBody)
    {
        var message = new Message { To = to, Type = "chat", Id = number.ToString(CultureInfo.InvariantCulture) };
        message.Element.Add(new XmppElement("n", Namespace).WithText(new('n', ballast)));
        if (hasBody)
            message.Element.Add(new XmppElement("body", XmppNames.Client).WithText("hello"));
        return message;
    }

    private async Task ReceiveAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            while (await Connection.ReceiveEventAsync() is { } received)
                lock (_gate)
                    Note(received);
            lock (_gate)
                NoteEnd(null);
        }
        catch (XmppException e)
        {
            lock (_gate)
                NoteEnd(e);
        }
    }

    private void Note(XmppEvent received)
    {
        if (received is SessionLost lost)
            Losses.Add(lost);
        else if (received is SessionStarted started)
            Starts.Add(started);
        else if (NumberOf((Stanza)received) is { } number)
            Numbers.Add(number);
        else
            Others.Add((Stanza)received);
        foreach (var waiter in _waiters.Where(waiter => waiter.Condition(this)).ToArray())
        {
            _waiters.Remove(waiter);
            waiter.Met.TrySetResult();
        }
    }

    private void NoteEnd(XmppException? reason)
    {
        (HasEnded, End) = (true, reason);
        foreach (var (condition, met) in _waiters)
            if (condition(this))
                met.TrySetResult();
            else
                met.TrySetCanceled(CancellationToken.None);
        _waiters.Clear();
    }
}
