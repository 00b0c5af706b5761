using System.Text.Encodings.Web;
using System.Text.Json;
using XmppRpc.Frames;
using XmppRpc.TestKit.Time;
using XmppRpc.Timing;
using XmppRpc.Xmpp;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Frames;

public sealed class PartAssemblerTests : IDisposable
{
    private static readonly Jid Ann = Jid.Parse("ann@example.org/a");
    private static readonly Jid Bob = Jid.Parse("bob@example.org/b");
    private static readonly CallId Call = new("a", 1);
    // Leaves as they are whatever characters another implementation may leave so.
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private readonly ManualTimeProvider _time = new();
    private readonly DeadlineWheel _wheel;
    private readonly List<PartFrame> _asked = [];
    private readonly PartAssembler _parts;
    private bool _mayKeep = true;

    public PartAssemblerTests()
    {
        _wheel = new DeadlineWheel(_time);
        _parts = new PartAssembler(new PartLimits(10_000, 16_000, 30_000, TimeSpan.FromSeconds(30)), _wheel, (_, first) =>
        {
            _asked.Add(first);
            return _mayKeep;
        });
    }

    public void Dispose() => _wheel.Dispose();

    [Fact]
    public void Any_cut_of_any_frame_gives_the_same_frame_again()
    {
        var random = new Random(20301);
        var parts = new PartAssembler(new PartLimits(1_000_000, 1_000_000, 1_000_000, TimeSpan.FromSeconds(30)), _wheel, (_, _) => true);
        var reader = new FrameReader();
        for (var round = 0; round < 500; round++)
        {
            var frame = NewFrame(random);
            var line = Utf8(Write(frame))[..^1];
            var slices = Cut(line, random);
            ReadOnlyMemory<byte> joined = default;
            for (var number = 0; number < slices.Count; number++)
            {
                var text = Utf8(Write(new PartFrame(Call, slices.Count, number) { Path = number == 0 ? "x/y" : null, Slice = slices[number] }));
                if (random.Next(2) == 0)
                    QuoteSwap.Swap(text);
                var read = new List<Frame>();
                reader.Read(text.AsMemory(..^1), read);
                var result = parts.Take(Ann, Assert.IsType<PartFrame>(Assert.Single(read)));
                Assert.Equal((null, number == slices.Count - 1), (result.Refusal, !result.Line.IsEmpty));
                joined = result.Line;
            }
            Assert.Equal(line, joined.ToArray());
            Assert.Equal(Write(frame), Write(reader.ReadLine(joined)!));
        }
        Assert.Equal((0L, 0L, 0L), (reader.BadLines, parts.Broken, parts.Bytes));
    }

    [Fact]
    public void Lost_exchanged_and_repeated_parts_never_give_another_frame()
    {
        var random = new Random(20302);
        for (var round = 0; round < 2000; round++)
        {
            var of = random.Next(2, 8);
            var sent = Enumerable.Range(0, of).ToList();
            var (at, other) = (random.Next(of), random.Next(of));
            switch (random.Next(3))
            {
                case 0: sent.RemoveAt(at); break;
                case 1: (sent[at], sent[other]) = (sent[other], sent[at]); break;
                default: sent.Insert(other, at); break;
            }
            var id = new CallId("a", round);
            var lines = sent.Select(number => _parts.Take(Ann, Part(number, of, $"<{number}>", id))).Where(result => !result.Line.IsEmpty).Select(result => Text(result.Line)).ToList();
            // Only one that came in order, perhaps begun twice, is a frame: the right one.
            var whole = string.Concat(Enumerable.Range(0, of).Select(number => $"<{number}>"));
            var inOrder = string.Concat(sent).Contains(string.Concat(Enumerable.Range(0, of)), StringComparison.Ordinal);
            Assert.Equal(inOrder ? [whole] : [], lines);
            _parts.Forget(Ann);
            Assert.Equal(0, _parts.Bytes);
        }
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(1, 6)]
    [InlineData(1, 4)]
    public void Part_that_does_not_go_on_as_the_frame_began_drops_it_whole(int number, int of)
    {
        Assert.True(Keeps(0, 5));
        Assert.False(Keeps(number, of));
        Assert.Equal((1L, 0L), (_parts.Broken, _parts.Bytes));
        for (var rest = 1; rest < 5; rest++)
            Assert.Equal(default, _parts.Take(Ann, Part(rest, 5)));
        Assert.Equal(1, _parts.Broken);
    }

    [Fact]
    public void Frame_that_is_begun_again_is_whole_when_the_second_is()
    {
        Assert.True(Keeps(0, 3, "old"));
        Assert.True(Keeps(1, 3, "old"));
        Assert.True(Keeps(0, 3, "a"));
        Assert.Equal(1, _parts.Broken);
        Assert.True(Keeps(1, 3, "b"));
        Assert.Equal("abc", Text(_parts.Take(Ann, Part(2, 3, "c")).Line));
    }

    [Fact]
    public void Senders_and_calls_do_not_mix()
    {
        var other = new CallId("a", 2);
        foreach (var (from, id) in new[] { (Ann, Call), (Bob, Call), (Ann, other), (Jid.Parse("ann@example.org/b"), Call) })
            _parts.Take(from, Part(0, 2, $"{from} {id} ", id));
        Assert.Equal("bob@example.org/b a.1 end", Text(_parts.Take(Bob, Part(1, 2, "end")).Line));
        Assert.Equal("ann@example.org/b a.1 end", Text(_parts.Take(Jid.Parse("ann@example.org/b"), Part(1, 2, "end")).Line));
        Assert.Equal("ann@example.org/a a.2 end", Text(_parts.Take(Ann, Part(1, 2, "end", other)).Line));
        Assert.Equal("ann@example.org/a a.1 end", Text(_parts.Take(Ann, Part(1, 2, "end")).Line));
        Assert.Equal((0L, 0L), (_parts.Broken, _parts.Bytes));
    }

    [Fact]
    public void Nothing_is_kept_of_what_is_not_let_in()
    {
        _mayKeep = false;
        for (var number = 0; number < 3; number++)
            Assert.Equal(default, _parts.Take(Ann, Part(number, 3)));
        Assert.Equal((0L, 0L), (_parts.Bytes, _parts.Broken));
        Assert.Equal(0, Assert.Single(_asked).Number);
    }

    [Fact]
    public void Frame_that_will_be_too_large_is_refused_by_its_first_part()
    {
        var result = _parts.Take(Ann, Part(0, 12, new string('x', 1000)));
        Assert.Equal((FrameNames.TooLarge, "x/y", 0L), (result.Refusal, result.Path, _parts.Bytes));
        for (var number = 1; number < 12; number++)
            Assert.Equal(default, _parts.Take(Ann, Part(number, 12)));
    }

    [Fact]
    public void Frame_that_grows_too_large_after_all_is_refused_once()
    {
        Assert.True(Keeps(0, 12));
        Assert.True(Keeps(1, 12, new string('x', 9000)));
        Assert.Equal((FrameNames.TooLarge, "x/y"), (_parts.Take(Ann, Part(2, 12, new string('x', 1000))) is var result ? result.Refusal : null, result.Path));
        Assert.Equal(default, _parts.Take(Ann, Part(3, 12)));
        Assert.Equal((1L, 0L), (_parts.Broken, _parts.Bytes));
    }

    [Fact]
    public void Account_and_all_together_have_bounds_that_small_parts_cannot_slip_under()
    {
        Assert.Equal(16_000 / 512, Fill(Ann, 0));
        Assert.Equal(0, Fill(Jid.Parse("ann@example.org/other"), 100));
        Assert.InRange(_parts.Bytes, 15_000, 16_000);
        Assert.Equal((30_000 - 16_000 / 512 * 512) / 512, Fill(Bob, 0));
        Assert.Equal(0, Fill(Jid.Parse("eve@example.org/e"), 0));
        Assert.InRange(_parts.Bytes, 29_000, 30_000);
        _parts.Forget(Ann);
        Assert.InRange(_parts.Bytes, 13_000, 15_000);
        Assert.Equal(1, Fill(Jid.Parse("eve@example.org/e"), 0, 1));

        int Fill(Jid from, int first, int most = 100) => Enumerable.Range(first, most).Count(number => _parts.Take(from, Part(0, 2, "x", new CallId("f", number))).Refusal is null);
    }

    [Fact]
    public void Slow_frame_is_dropped_when_its_next_part_is_late()
    {
        Assert.True(Keeps(0, 3));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.True(Keeps(1, 3));
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.NotEqual(0, _parts.Bytes);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal((1L, 0L), (_parts.Broken, _parts.Bytes));
        Assert.Equal(default, _parts.Take(Ann, Part(2, 3)));
    }

    [Fact]
    public void Whole_frame_leaves_no_clock_running()
    {
        Assert.True(Keeps(0, 2));
        Assert.False(_parts.Take(Ann, Part(1, 2)).Line.IsEmpty);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal((0L, 0L), (_parts.Broken, _parts.Bytes));
    }

    [Fact]
    public void Call_that_is_given_up_keeps_nothing()
    {
        Assert.True(Keeps(0, 3));
        _parts.Forget(Bob, Call);
        Assert.NotEqual(0, _parts.Bytes);
        _parts.Forget(Ann, Call);
        Assert.Equal((1L, 0L), (_parts.Broken, _parts.Bytes));
    }

    private static PartFrame Part(int number, int of, string slice = "x", CallId? id = null) => new(id ?? Call, of, number) { Path = number == 0 ? "x/y" : null, Slice = Utf8(slice) };

    private bool Keeps(int number, int of, string slice = "x")
    {
        Assert.Null(_parts.Take(Ann, Part(number, of, slice)).Refusal);
        return _parts.Bytes > 0;
    }

    private static Frame NewFrame(Random random)
    {
        var text = string.Concat(Enumerable.Range(0, random.Next(1, 300)).Select(_ => new[] { "a", "\"", "`", "\\", "ü", "€", "𐍈", "{", "\n" }[random.Next(9)]));
        var payload = JsonSerializer.SerializeToUtf8Bytes(new[] { text }, Relaxed);
        return random.Next(3) switch
        {
            0 => new CallFrame(Call, "x/y", 1, payload) { TimeToLive = 5 },
            1 => new ReplyFrame(Call, payload),
            _ => new ItemFrame(Call, isUpload: false, 17, 1, payload),
        };
    }

    private static List<byte[]> Cut(byte[] line, Random random)
    {
        var slices = new List<byte[]>();
        for (var start = 0; start < line.Length;)
        {
            var end = Math.Min(line.Length, start + random.Next(1, Math.Max(2, 2 * line.Length / random.Next(2, 20))));
            if (start == 0)
                end = Math.Min(end, line.Length - 1);
            while (end < line.Length && (line[end] & 0xC0) == 0x80)
                end++;
            slices.Add(line[start..end]);
            start = end;
        }
        return slices.Count > 1 ? slices : [line[..1], line[1..]];
    }
}
