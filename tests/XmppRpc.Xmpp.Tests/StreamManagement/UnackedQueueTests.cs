using System.Text;
using FsCheck;
using FsCheck.Fluent;
using XmppRpc.Xmpp.StreamManagement;

namespace XmppRpc.Xmpp.Tests.StreamManagement;

public class UnackedQueueTests
{
    [Fact]
    public void Acknowledged_stanzas_leave_in_order()
    {
        var queue = new UnackedQueue();
        foreach (var stanza in new[] { "a", "bb", "ccc" })
            queue.Add(Encoding.UTF8.GetBytes(stanza));

        Assert.True(queue.TryAcknowledge(2));

        Assert.Equal(["ccc"], Texts(queue));
        Assert.Equal((3u, 2u, 1, 3), (queue.Sent, queue.Acknowledged, queue.Count, queue.Bytes));
    }

    [Fact]
    public void Count_below_the_last_one_changes_nothing()
    {
        var queue = new UnackedQueue();
        queue.Add("a"u8);
        queue.Add("b"u8);
        Assert.True(queue.TryAcknowledge(2));
        queue.Add("c"u8);

        Assert.True(queue.TryAcknowledge(1));

        Assert.Equal(["c"], Texts(queue));
        Assert.Equal(2u, queue.Acknowledged);
    }

    [Fact]
    public void Count_above_what_was_sent_is_refused_and_changes_nothing()
    {
        var queue = new UnackedQueue();
        queue.Add("a"u8);

        Assert.False(queue.TryAcknowledge(2));

        Assert.Equal(["a"], Texts(queue));
        Assert.Equal(0u, queue.Acknowledged);
    }

    // XEP-0198 §4: from 2³²−1 the counter goes to 0
    [Fact]
    public void Counters_wrap_at_two_to_the_thirty_second()
    {
        var queue = new UnackedQueue(uint.MaxValue - 1);
        foreach (var stanza in new[] { "a", "b", "c" })
            queue.Add(Encoding.UTF8.GetBytes(stanza));
        Assert.Equal(1u, queue.Sent);

        Assert.True(queue.TryAcknowledge(uint.MaxValue));
        Assert.Equal(["b", "c"], Texts(queue));
        Assert.True(queue.TryAcknowledge(0));
        Assert.Equal(["c"], Texts(queue));
        Assert.False(queue.TryAcknowledge(2));
        Assert.True(queue.TryAcknowledge(1));
        Assert.Equal(0, queue.Count);
    }

    [Fact]
    public void Queue_does_what_its_model_does()
    {
        // even: a stanza of so many bytes; odd: an acknowledgement so far from the last one, forwards or back
        Prop.ForAll(ArbMap.Default.ArbFor<(uint Start, int[] Moves)>(), run =>
        {
            var queue = new UnackedQueue(run.Start);
            var model = new Queue<string>();
            var (sent, acknowledged) = (run.Start, run.Start);
            foreach (var move in run.Moves)
            {
                var size = 1 + Math.Abs(move % 5000);
                if (move % 2 == 0)
                {
                    var stanza = string.Create(size, sent, static (text, number) => text.Fill((char)('a' + (number % 26))));
                    queue.Add(Encoding.ASCII.GetBytes(stanza));
                    model.Enqueue(stanza);
                    unchecked
                    {
                        sent++;
                    }
                    continue;
                }
                var step = move % 7;
                var handled = unchecked(acknowledged + (uint)step);
                var fits = step <= model.Count;
                if (queue.TryAcknowledge(handled) != fits)
                    return false;
                for (; fits && step > 0; step--)
                {
                    model.Dequeue();
                    unchecked
                    {
                        acknowledged++;
                    }
                }
            }
            return queue.Sent == sent && queue.Acknowledged == acknowledged && queue.Count == model.Count && queue.Bytes == model.Sum(stanza => stanza.Length) && Texts(queue).SequenceEqual(model, StringComparer.Ordinal);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithEndSize(200));
    }

    private static List<string> Texts(UnackedQueue queue) => [.. queue.Copies().Select(Encoding.UTF8.GetString)];
}
