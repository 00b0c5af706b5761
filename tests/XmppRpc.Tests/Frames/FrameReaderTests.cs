using XmppRpc.Frames;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Frames;

public class FrameReaderTests
{
    private const string Good = """{"cancel":"a.1"}""";

    public static TheoryData<string> HostileLines =>
    [
        "garbage",
        "[]",
        "{}",
        "\"call\"",
        "{\"call\"}",
        "{\"call\":",
        "{\"call\":\"a.1\"",
        new string('[', 10_000),
        "{\"call\":\"a.1\",\"m\":\"x/y\",\"v\":1,\"a\":" + new string('[', 10_000) + new string(']', 10_000) + "}",
        """{"cancel":"a.1"} x""",
        """{"cancel":"a.1"}{"cancel":"a.2"}""",
        """{"cancel":"a.1","cancel":"a.2"}""",
        """{"cancel":"a b"}""",
        """{"cancel":""}""",
        """{"cancel":7}""",
        """{"cancel":["a.1"]}""",
        """{"cancel":null}""",
        "{\"cancel\":\"a.1\0\"}",
        "\0{\"cancel\":\"a.1\"}",
        "{\"cancel\":\"a.1\"}\0",
        """{'cancel':'a.1'}""",
        """{"cancel":"a.1",}""",
        """{"cancel":"a.1"/* */}""",
        """{"cancel":"\u0061.1\ud800"}""",
        """{"call":"a.1"}""",
        """{"call":"a.1","m":"x/y"} trailing""",
        """{"call":"a.1","m":7,"v":1}""",
        """{"call":"a.1","m":"x/y","v":"1"}""",
        """{"call":"a.1","m":"x/y","v":-1}""",
        """{"call":"a.1","m":"x/y","v":1.5}""",
        """{"call":"a.1","m":"x/y","v":NaN}""",
        """{"call":"a.1","m":"x/y","v":4294967296}""",
        """{"call":"a.1","m":"x/y","v":99999999999999999999999999}""",
        """{"call":"a.1","m":"x/y","v":1,"ttl":9007199254740993}""",
        """{"call":"a.1","m":"x/y","v":1,"ttl":-1}""",
        """{"call":"a.1","m":"x/y","v":1,"w":true}""",
        """{"call":"a.1","m":"x/y","v":1,"s":1}""",
        """{"call":"a.1","m":"\ud800","v":1}""",
        """{"item":"a.1","n":1}""",
        """{"item":"a.1","n":0,"i":[]}""",
        """{"item":"a.1","i":[]}""",
        """{"item":"a.1","n":1,"i":{}}""",
        """{"item":"a.1","n":1,"i":5}""",
        """{"item":"a.1","n":1,"r":[1]}""",
        """{"end":"a.1"}""",
        """{"end":"a.1","n":-1}""",
        """{"credit":"a.1","up":5}""",
        """{"credit":"a.1","ub":5}""",
        """{"credit":"a.1","up":1e3,"ub":5}""",
        """{"low":"abc"}""",
        """{"low":"abc.1","n":1}""",
        """{"low":"abc","n":1,"but":7}""",
        """{"low":"abc","n":1,"but":[1,"2"]}""",
        """{"low":"abc","n":1,"but":[-1]}""",
        "{\"low\":\"abc\",\"n\":1000,\"but\":[" + string.Join(',', Enumerable.Range(0, 257)) + "]}",
        "{\"who\":\"" + new string('w', 60_000) + "\"}",
        """{"who":["c:1"]}""",
        """{"here":"c:1"}""",
        """{"here":"c:1","in":"short"}""",
        """{"here":"c:1","in":"toolong"}""",
        """{"here":"c:1","in":"\",\"x\""}""",
        """{"here":"c:1","in":"a.b/c<"}""",
        """{"progress":"a.1","p":7}""",
        """{"progress":"a.1","p":{"fraction":"x"}}""",
        """{"progress":"a.1","p":{"fraction":1e999}}""",
        """{"progress":"a.1","p":{"text":7}}""",
        """{"fault":"a.1","st":7}""",
        """{"fault":"a.1","ran":"yes"}""",
        """{"fault":"a.1","e":[]}""",
        """{"from-the-future":[1]} x""",
        """{"from-the-future":[1]}{}""",
    ];

    [Theory, MemberData(nameof(HostileLines))]
    public void Line_that_is_no_frame_is_counted_and_its_neighbours_live(string line)
    {
        var (frames, bad) = Read($"{Good}\n{line}\n{Good}");
        Assert.Equal(1, bad);
        Assert.Equal(2, frames.Count);
        Assert.All(frames, frame => Assert.Equal("a.1", Assert.IsType<CancelFrame>(frame).Id.ToString()));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_counted()
    {
        byte[] text = [.. Utf8(Good + "\n{\"cancel\":\""), 0xFF, 0xC0, .. Utf8("\"}\n"), 0xFE, 0xFF, .. Utf8("\n" + Good)];
        var (frames, bad) = Read(text);
        Assert.Equal((2, 2L), (frames.Count, bad));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("\r\n\r\n")]
    [InlineData(" \t \n\n")]
    public void Empty_lines_are_nothing(string text)
    {
        var (frames, bad) = Read(text);
        Assert.Empty(frames);
        Assert.Equal(0, bad);
    }

    [Fact]
    public void Lines_end_with_line_feed_or_both() => Assert.Equal(3, Read($"{Good}\r\n{Good}\n\n{Good}\r\n").Frames.Count);

    [Fact]
    public void Unknown_members_are_ignored_wherever_they_stand()
    {
        var call = ReadOne<CallFrame>("""{"call":"a.1","new":{"a":{"m":"no"}},"m":"x/y","other":[1,{"v":9}],"v":1,"r":"no","i":[0],"a":{"b":1},"z":null,"e":{"detail":"no"}}""");
        Assert.Equal("x/y", call.Path);
        Assert.Equal("""{"b":1}"""u8, call.Arguments.Span);
        Assert.Equal("1"u8, ReadOne<ReplyFrame>("""{"reply":"a.1","r":1,"a":2,"i":[3]}""").Result.Span);
        Assert.Equal("1"u8, ReadOne<FaultFrame>("""{"fault":"a.1","e":{"detail":1,"x":2},"r":3,"a":4}""").Detail.Span);
    }

    [Fact]
    public void Members_come_in_any_order_and_escaped()
    {
        var call = ReadOne<CallFrame>("""{"call":"a.1","a":{"b":1},"ttl":5,"\u0076":1,"m":"x\/y"}""");
        Assert.Equal(("x/y", 1, 5L), (call.Path, call.Version, call.TimeToLive));
    }

    [Theory]
    [InlineData("""{"sync":["a.1"],"must":1}""", null, true)]
    [InlineData("""{"sync":"a.1","of":3,"k":0}""", "a.1", false)]
    [InlineData("""{"sync":"a.1","must":1}""", "a.1", true)]
    [InlineData("""{"done":"a.1","must":0}""", "a.1", false)]
    [InlineData("""{"later":"a.1","n":"text","v":[1],"st":7,"must":1}""", "a.1", true)]
    [InlineData("""{"later":{"x":1},"a":1}""", null, false)]
    [InlineData("""{"later":"no id","must":1}""", null, true)]
    public void Unknown_kind_is_read_for_its_id_and_must_alone(string line, string? id, bool must)
    {
        var frame = ReadOne<UnknownFrame>(line);
        Assert.Equal((id, must), (frame.Id?.ToString(), frame.Must));
    }

    [Fact]
    public void Long_texts_are_cut()
    {
        var fault = ReadOne<FaultFrame>($$$"""{"fault":"a.1","st":"fault","code":"{{{new string('c', 500)}}}","e":{"message":"{{{new string('m', 5000)}}}"}}""");
        Assert.Equal((FaultFrame.MaxCodeLength, FaultFrame.MaxMessageLength), (fault.Code!.Length, fault.Message!.Length));
        Assert.Equal(512, ReadOne<CallFrame>($$"""{"call":"a.1","m":"{{new string('m', 5000)}}","v":1}""").Path.Length);
    }

    [Theory]
    [InlineData("-3", 0)]
    [InlineData("7", 1)]
    [InlineData("0.25", 0.25)]
    public void Fraction_is_kept_between_0_and_1(string written, double fraction) =>
        Assert.Equal(fraction, ReadOne<ProgressFrame>($$$"""{"progress":"a.1","p":{"fraction":{{{written}}}}}""").Progress!.Fraction);

    [Theory]
    [InlineData(9007199254740992)]
    [InlineData(922337203685477)]
    public void Time_beyond_what_a_clock_holds_is_cut(long ttl)
    {
        var call = ReadOne<CallFrame>($$"""{"call":"a.1","m":"x/y","v":1,"ttl":{{ttl}}}""");
        Assert.InRange(call.TimeToLive!.Value, 1, (long)TimeSpan.FromDays(3660).TotalMilliseconds);
    }

    [Theory]
    [InlineData("""{"fault":"a.1"}""", null)]
    [InlineData("""{"fault":"a.1","ran":0}""", false)]
    [InlineData("""{"fault":"a.1","ran":1}""", true)]
    public void Ran_is_known_only_if_it_is_said(string line, bool? ran) => Assert.Equal(ran, ReadOne<FaultFrame>(line).Ran);

    [Fact]
    public void Part_is_read_with_its_slice_as_it_is()
    {
        var part = ReadOne<PartFrame>("""{"part":"a.1","of":3,"k":0,"m":"x/y"}""" + "\n{\"call\":\"a.1\", `ü \n");
        Assert.Equal(("a.1", 3, 0, "x/y", "{\"call\":\"a.1\", `ü "), (part.Id.ToString(), part.Of, part.Number, part.Path, Text(part.Slice)));
    }

    [Theory]
    [InlineData("""{"part":"a.1","of":3,"k":1}""")]
    [InlineData("""{"part":"a.1","of":3,"k":1}""" + "\n")]
    [InlineData("""{"part":"a.1","of":3,"k":1}""" + "\nslice\n" + Good)]
    [InlineData("""{"part":"a.1","of":3,"k":1}""" + "\n\nslice")]
    [InlineData("""{"part":"a.1","of":3,"k":1}""" + "\n" + Good + "\n" + Good)]
    public void Stanza_with_a_part_holds_that_and_its_slice_alone(string text)
    {
        var (frames, bad) = Read(text);
        Assert.Empty(frames);
        Assert.Equal(1, bad);
    }

    [Fact]
    public void Slice_behind_a_part_that_is_not_alone_is_never_read_as_a_frame()
    {
        var (frames, bad) = Read(Good + "\n" + """{"part":"a.1","of":3,"k":1}""" + "\n" + """{"cancel":"a.2"}""");
        Assert.Equal("a.1", Assert.IsType<CancelFrame>(Assert.Single(frames)).Id.ToString());
        Assert.Equal(1, bad);
    }

    [Theory]
    [InlineData("""{"part":"a.1","k":0}""")]
    [InlineData("""{"part":"a.1","of":3}""")]
    [InlineData("""{"part":"a.1","of":1,"k":0}""")]
    [InlineData("""{"part":"a.1","of":3,"k":3}""")]
    [InlineData("""{"part":"a.1","of":65537,"k":0}""")]
    [InlineData("""{"part":"a b","of":3,"k":0}""")]
    [InlineData("""{"part":"a.1","of":3,"k":0,"m":7}""")]
    public void Line_that_is_no_part_makes_no_slice(string line)
    {
        var (frames, bad) = Read(line + "\n" + Good);
        Assert.Single(frames);
        Assert.Equal(1, bad);
    }

    [Fact]
    public void Huge_line_of_garbage_costs_one_count()
    {
        var (frames, bad) = Read(new string('{', 250_000) + "\n" + Good);
        Assert.Equal((1, 1L), (frames.Count, bad));
    }
}
