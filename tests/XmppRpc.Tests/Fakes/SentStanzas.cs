using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Threading.Channels;
using XmppRpc.Frames;
using XmppRpc.Xmpp;

namespace XmppRpc.Tests.Fakes;

/// <summary>One stanza as it was given to the connection; its text with plain quotes again.</summary>
internal sealed record SentStanza(Jid To, string Text)
{
    public string[] Lines => Text.Split('\n');

    public List<Frame> Frames
    {
        get
        {
            var frames = new List<Frame>();
            new FrameReader().Read(Encoding.UTF8.GetBytes(Text), frames);
            return frames;
        }
    }
}

/// <summary>Stands for the connection: takes stanzas, and hands them out to the test in order.</summary>
internal sealed class SentStanzas
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<SentStanza> _stanzas = Channel.CreateUnbounded<SentStanza>();
    private readonly Queue<Frame> _frames = new();

    /// <summary>Awaited before a stanza is taken.</summary>
    public Func<SentStanza, ValueTask> Before { get; set; } = _ => ValueTask.CompletedTask;

    public async ValueTask SendAsync(Jid to, ReadOnlyMemory<byte> text)
    {
        var plain = text.ToArray();
        Assert.DoesNotContain((byte)'"', plain);
        QuoteSwap.Swap(plain);
        var stanza = new SentStanza(to, Encoding.UTF8.GetString(plain));
        await Before(stanza);
        _stanzas.Writer.TryWrite(stanza);
    }

    public Task<SentStanza> NextAsync() => _stanzas.Reader.ReadAsync().AsTask().WaitAsync(Patience);

    /// <summary>The next frame, whichever stanza it is in.</summary>
    public async Task<Frame> NextFrameAsync()
    {
        while (_frames.Count == 0)
            foreach (var frame in (await NextAsync()).Frames)
                _frames.Enqueue(frame);
        return _frames.Dequeue();
    }

    /// <summary>The next frame that was sent so far, or false.</summary>
    public bool TryNextFrame([NotNullWhen(true)] out Frame? frame)
    {
        while (_frames.Count == 0 && _stanzas.Reader.TryRead(out var stanza))
            foreach (var next in stanza.Frames)
                _frames.Enqueue(next);
        return _frames.TryDequeue(out frame);
    }

    public async Task<T> NextFrameAsync<T>() where T : Frame => Assert.IsType<T>(await NextFrameAsync(), exactMatch: false);

    /// <summary>Lets the batcher send all that waits, then there must be nothing that the test has not seen.</summary>
    public async Task AssertNothingAsync(FrameBatcher batcher)
    {
        await batcher.FlushAsync().WaitAsync(Patience);
        Assert.Empty(_frames);
        Assert.False(_stanzas.Reader.TryPeek(out var stanza), stanza?.Text);
    }
}
