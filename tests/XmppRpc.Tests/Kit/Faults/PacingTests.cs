using System.Net.Sockets;
using XmppRpc.TestKit.Faults;
using XmppRpc.TestKit.Time;

namespace XmppRpc.Tests.Kit.Faults;

public class PacingTests
{
    private static readonly FaultProxyOptions Bytes = new() { Seed = 42 };
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task StopReading_fills_the_senders_window_until_the_gate_opens()
    {
        var gate = new Gate();
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.StopReading(At.Byte(1), gate)), new() { SocketBufferBytes = 4096 });
        wire.Client.SendBufferSize = 4096;
        var text = new string('x', 4 * 1024 * 1024);

        await Wire.SayAsync(wire.Client, "a");
        var saying = Wire.SayAsync(wire.Client, text);
        await Wire.HearAsync(wire.Server, "a");
        await wire.Proxy.Trace.WaitForAsync(_ => true);
        Assert.False(saying.IsCompleted);
        gate.Open();

        await Wire.HearAsync(wire.Server, text);
        await saying;
    }

    [Fact]
    public async Task StopReading_takes_far_less_than_is_written()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.StopReading(At.Start)), new() { SocketBufferBytes = 4096 });
        wire.Client.SendBufferSize = 4096;
        wire.Client.Blocking = false;
        await wire.Proxy.Trace.WaitForAsync(_ => true);

        var sent = 0;
        var buffer = new byte[64 * 1024];
        try
        {
            while (sent < 64 * 1024 * 1024)
                sent += wire.Client.Send(buffer);
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock)
        {
        }

        Assert.InRange(sent, 1, 8 * 1024 * 1024);
        Assert.Equal(0, wire.Connection.ToServer.SentBytes);
    }

    [Fact]
    public async Task HoldAll_reads_on_and_keeps_everything_with_the_end_until_the_gate_opens()
    {
        var gate = new Gate();
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.HoldAll(At.Byte(2), gate)), Bytes);

        await Wire.SayAsync(wire.Client, "abcd");
        await Wire.HearAsync(wire.Server, "ab");
        await Wire.SayAsync(wire.Client, "ef");
        wire.Client.Shutdown(SocketShutdown.Send);
        await Wire.SayAsync(wire.Server, "other way");
        await Wire.HearAsync(wire.Client, "other way");
        Assert.Equal(2, wire.Connection.ToServer.SentBytes);
        gate.Open();

        Assert.Equal("cdef", await Wire.HearAllAsync(wire.Server));
    }

    [Fact]
    public async Task Delay_lets_everything_arrive_later_in_order_by_the_injected_clock()
    {
        var time = new ManualTimeProvider();
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToClient(Fault.Delay(Second)), new() { Time = time });

        await Wire.SayAsync(wire.Server, "one");
        await time.TimerAsync(Second);
        time.Advance(Second / 2);
        await Wire.SayAsync(wire.Server, "two");
        await time.TimerAsync(Second);
        Assert.Equal(0, wire.Connection.ToClient.SentBytes);
        time.Advance(Second / 2);
        await Wire.HearAsync(wire.Client, "one");
        Assert.True(Wire.IsQuiet(wire.Client));
        time.Advance(Second / 2);
        await Wire.HearAsync(wire.Client, "two");
    }

    [Fact]
    public async Task Bandwidth_passes_that_many_bytes_in_each_span_of_the_injected_clock()
    {
        var time = new ManualTimeProvider();
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.Bandwidth(3, Second)), new() { Time = time });

        await Wire.SayAsync(wire.Client, "01234567");
        foreach (var part in new[] { "012", "345" })
        {
            await Wire.HearAsync(wire.Server, part);
            await time.TimerAsync(Second);
            Assert.True(Wire.IsQuiet(wire.Server));
            time.Advance(Second);
        }
        await Wire.HearAsync(wire.Server, "67");
    }

    [Fact]
    public async Task Rechunk_of_one_byte_passes_all_bytes_each_in_a_write_of_its_own()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.Rechunked(), Bytes);

        await Wire.SayAsync(wire.Server, "0123456789");

        await Wire.HearAsync(wire.Client, "0123456789");
        Assert.Equal(Enumerable.Repeat(1, 10), await ChunksAsync(Fault.Rechunk(), 7, 10));
    }

    [Fact]
    public async Task Rechunk_ends_chunks_where_the_seed_says_however_the_bytes_came()
    {
        var fault = Fault.Rechunk(16);

        var whole = await ChunksAsync(fault, 7, 1000);
        var parts = await ChunksAsync(fault, 7, [.. Enumerable.Repeat(9, 111), 1]);
        var other = await ChunksAsync(fault, 8, 1000);

        Assert.Equal(1000, whole.Sum());
        Assert.InRange(whole.Max(), 2, 16);
        Assert.Subset(Ends(parts), Ends(whole));
        Assert.NotEqual(whole, other);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    public void Rechunk_refuses_sizes_that_cannot_be(int min, int max) => Assert.Throws<ArgumentOutOfRangeException>(() => Fault.Rechunk(max, min));

    private static HashSet<int> Ends(IEnumerable<int> chunks)
    {
        var end = 0;
        return [.. chunks.Select(chunk => end += chunk)];
    }

    private static async Task<List<int>> ChunksAsync(Fault fault, int seed, params int[] lengths)
    {
        var run = new FaultRun(new Random(seed), TimeProvider.System, (_, _) => { }, _ => { });
        var chunks = new List<int>();
        await foreach (var piece in fault.ApplyAsync(lengths.Select(length => new Piece(new byte[length])).ToAsyncEnumerable(), run, default))
            chunks.Add(piece.Bytes.Length);
        return chunks;
    }
}
