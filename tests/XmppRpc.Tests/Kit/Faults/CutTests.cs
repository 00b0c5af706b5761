using XmppRpc.TestKit.Faults;

namespace XmppRpc.Tests.Kit.Faults;

public class CutTests
{
    private static readonly FaultProxyOptions Bytes = new() { Seed = 42 };

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(10)]
    public async Task Cut_with_FIN_lets_that_many_bytes_pass_and_ends_both_sides(int bytes)
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.Cut(At.Byte(bytes))), Bytes);

        await Wire.SayAsync(wire.Client, "0123456789");

        Assert.Equal("0123456789"[..bytes], await Wire.HearAllAsync(wire.Server));
        Assert.Equal("", await Wire.HearAllAsync(wire.Client));
        Assert.True(wire.Connection.IsEnded);
    }

    [Fact]
    public async Task Cut_with_FIN_swallows_what_is_still_written_until_both_sides_have_closed()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.Cut(At.Byte(1))), Bytes);
        await Wire.SayAsync(wire.Client, "a");
        await Wire.HearAllAsync(wire.Client);

        await Wire.SayAsync(wire.Client, "lost");
        await Wire.SayAsync(wire.Server, "lost");
        wire.Client.Dispose();
        wire.Server.Dispose();

        await wire.Connection.Over;
        Assert.Equal((1, 0), (wire.Connection.ToServer.SentBytes, wire.Connection.ToClient.SentBytes));
    }

    [Fact]
    public async Task Cut_with_a_reset_resets_both_sides()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToClient(Fault.Cut(At.Byte(3), CutKind.Reset)), Bytes);

        await Wire.SayAsync(wire.Server, "012");

        await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => Wire.HearAllAsync(wire.Client));
        await Wire.AssertResetAsync(wire.Server);
        await wire.Connection.Over;
    }

    [Fact]
    public async Task Cut_of_the_clients_end_leaves_the_server_in_the_belief_that_nothing_happened()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.Cut(At.Byte(1), CutKind.Reset, Ends.Client)), Bytes);

        await Wire.SayAsync(wire.Client, "a");
        await Wire.AssertResetAsync(wire.Client);

        await Wire.HearAsync(wire.Server, "a");
        await Wire.SayAsync(wire.Server, "into the void");
        Assert.True(Wire.IsQuiet(wire.Server));
        Assert.False(wire.Connection.Over.IsCompleted);
    }

    [Fact]
    public async Task Cut_with_silence_passes_nothing_more_in_either_direction_and_tells_nobody()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.Cut(At.Byte(2), CutKind.Silence)), Bytes);

        await Wire.SayAsync(wire.Client, "ab and more");
        await Wire.HearAsync(wire.Server, "ab");
        await Wire.SayAsync(wire.Server, "an answer");
        wire.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        wire.Server.Shutdown(System.Net.Sockets.SocketShutdown.Send);

        await wire.Connection.Over;
        Assert.Equal((2, 0), (wire.Connection.ToServer.SentBytes, wire.Connection.ToClient.SentBytes));
        Assert.Equal((11, 9), (wire.Connection.ToServer.ReceivedBytes, wire.Connection.ToClient.ReceivedBytes));
    }

    [Fact]
    public async Task Cut_by_hand_works_on_an_idle_connection_and_once_more_after_silence()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass, Bytes);

        wire.Connection.Cut(CutKind.Silence);
        await Wire.SayAsync(wire.Client, "lost");
        wire.Connection.Cut(CutKind.Fin, Ends.Client);

        Assert.Equal("", await Wire.HearAllAsync(wire.Client));
        Assert.True(Wire.IsQuiet(wire.Server));
    }

    [Fact]
    public async Task HalfClose_ends_one_direction_and_the_other_goes_on()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToServer(Fault.HalfClose(At.Byte(2))), Bytes);

        await Wire.SayAsync(wire.Client, "ab and more");

        Assert.Equal("ab", await Wire.HearAllAsync(wire.Server));
        await Wire.SayAsync(wire.Server, "still here");
        await Wire.HearAsync(wire.Client, "still here");
        wire.Server.Dispose();
        Assert.Equal("", await Wire.HearAllAsync(wire.Client));
    }

    [Fact]
    public async Task Silence_swallows_one_direction_with_its_end_and_the_other_goes_on()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass.ToClient(Fault.Silence(At.Byte(2))), Bytes);

        await Wire.SayAsync(wire.Server, "ab and more");
        await Wire.HearAsync(wire.Client, "ab");
        await Wire.SayAsync(wire.Client, "anybody there?");
        await Wire.HearAsync(wire.Server, "anybody there?");
        wire.Server.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        await Wire.SayAsync(wire.Client, "?");
        await Wire.HearAsync(wire.Server, "?");

        Assert.True(Wire.IsQuiet(wire.Client));
    }

    [Fact]
    public async Task A_side_that_ends_in_order_or_breaks_off_is_passed_on_as_it_is()
    {
        await using var wire = await Wire.OpenAsync(FaultScript.Pass, Bytes);
        wire.Client.Shutdown(System.Net.Sockets.SocketShutdown.Send);
        Assert.Equal("", await Wire.HearAllAsync(wire.Server));
        await Wire.SayAsync(wire.Server, "bye");
        wire.Server.Dispose();
        Assert.Equal("bye", await Wire.HearAllAsync(wire.Client));
        await wire.Connection.Over;

        await wire.ConnectAsync(FaultScript.Pass);
        wire.Server.LingerState = new(true, 0);
        wire.Server.Dispose();
        await Wire.AssertResetAsync(wire.Client);
        await wire.Connection.Over;
    }
}
