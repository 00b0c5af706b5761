using XmppRpc.Frames;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Frames;

/// <summary>The wire: what each frame looks like, to the byte.</summary>
public class FrameTextTests
{
    private static readonly CallId Call = new("i7Kd0wZk3mPq8LtVw1cR", 159);

    public static TheoryData<string> Names => new(Frames.Keys);

    private static readonly Dictionary<string, (Frame Frame, string Text)> Frames = new(StringComparer.Ordinal)
    {
        ["call"] = (new CallFrame(Call, "acme.orders/place", 2, Utf8("""{"sku":"A-7"}""")) { TimeToLive = 15000 }, """{"call":"i7Kd0wZk3mPq8LtVw1cR.4f","m":"acme.orders/place","v":2,"ttl":15000,"a":{"sku":"A-7"}}"""),
        ["call without arguments or time"] = (new CallFrame(Call, "a/b", 1, default), """{"call":"i7Kd0wZk3mPq8LtVw1cR.4f","m":"a/b","v":1}"""),
        ["call out of time"] = (new CallFrame(Call, "a/b", 1, default) { TimeToLive = -5 }, """{"call":"i7Kd0wZk3mPq8LtVw1cR.4f","m":"a/b","v":1,"ttl":1}"""),
        ["one-way call"] = (new CallFrame(Call, "a/b", 1, Utf8("{}")) { IsOneWay = true, TimeToLive = 7 }, """{"call":"i7Kd0wZk3mPq8LtVw1cR.4f","m":"a/b","v":1,"ttl":7,"w":1,"a":{}}"""),
        ["stream call"] = (new CallFrame(Call, "a/b", 1, default) { Credit = new Credit(256, 262144) }, """{"call":"i7Kd0wZk3mPq8LtVw1cR.4f","m":"a/b","v":1,"s":"d","up":256,"ub":262144}"""),
        ["call with other id"] = (new CallFrame(Id("loan-17"), "a/b", 1, default), """{"call":"loan-17","m":"a/b","v":1}"""),
        ["ack"] = (new AckFrame(Call, false, "x7Kd0w"), """{"ack":"i7Kd0wZk3mPq8LtVw1cR.4f","st":"taken","in":"x7Kd0w"}"""),
        ["deferred ack"] = (new AckFrame(Call, true, null), """{"ack":"i7Kd0wZk3mPq8LtVw1cR.4f","st":"deferred"}"""),
        ["progress"] = (new ProgressFrame(Call, new RpcProgress(0.5, "half \"way\"")), """{"progress":"i7Kd0wZk3mPq8LtVw1cR.4f","p":{"fraction":0.5,"text":"half \u0022way\u0022"}}"""),
        ["empty progress"] = (new ProgressFrame(Call, new RpcProgress(double.NaN)), """{"progress":"i7Kd0wZk3mPq8LtVw1cR.4f","p":{}}"""),
        ["reply"] = (new ReplyFrame(Call, Utf8("[1,2]")), """{"reply":"i7Kd0wZk3mPq8LtVw1cR.4f","r":[1,2]}"""),
        ["empty reply"] = (new ReplyFrame(Call, default), """{"reply":"i7Kd0wZk3mPq8LtVw1cR.4f"}"""),
        ["fault"] = (new FaultFrame(Call, RpcStatus.NotFound, "no <such> `thing`\n") { Code = "acme.gone", Ran = true, ItemsBefore = 17, Detail = Utf8("{\"id\":7}") },
            """{"fault":"i7Kd0wZk3mPq8LtVw1cR.4f","st":"not-found","code":"acme.gone","n":17,"ran":1,"e":{"message":"no \u003Csuch\u003E \u0060thing\u0060\n","detail":{"id":7}}}"""),
        ["bare fault"] = (new FaultFrame(Call, RpcStatus.DeadlineExceeded, null) { Ran = false }, """{"fault":"i7Kd0wZk3mPq8LtVw1cR.4f","st":"deadline-exceeded","ran":0,"e":{}}"""),
        ["cancel"] = (new CancelFrame(Call), """{"cancel":"i7Kd0wZk3mPq8LtVw1cR.4f"}"""),
        ["item"] = (ItemsOf(Call, isUpload: false, 1, Utf8("[\"a\",\"b\"]")), """{"item":"i7Kd0wZk3mPq8LtVw1cR.4f","n":1,"i":["a","b"]}"""),
        ["end"] = (new EndFrame(Call, isUpload: false, 17), """{"end":"i7Kd0wZk3mPq8LtVw1cR.4f","n":17}"""),
        ["credit"] = (new CreditFrame(Call, isUpload: false, 17, new Credit(273, 270000)), """{"credit":"i7Kd0wZk3mPq8LtVw1cR.4f","got":17,"up":273,"ub":270000}"""),
        ["low"] = (new LowFrame("i7Kd0wZk3mPq8LtVw1cR", 4096, [17, 23]), """{"low":"i7Kd0wZk3mPq8LtVw1cR","n":4096,"but":[17,23]}"""),
        ["low without stragglers"] = (new LowFrame("i7Kd0wZk3mPq8LtVw1cR", 4096, []), """{"low":"i7Kd0wZk3mPq8LtVw1cR","n":4096}"""),
        ["who"] = (new WhoFrame("acme.orders:1"), """{"who":"acme.orders:1"}"""),
        ["here"] = (new HereFrame("acme.orders:1", "x7Kd0w", 3, 65536), """{"here":"acme.orders:1","in":"x7Kd0w","load":3,"max":65536}"""),
    };

    [Theory, MemberData(nameof(Names))]
    public void Frame_is_written_as_its_line(string name) => Assert.Equal(Frames[name].Text + "\n", Write(Frames[name].Frame));

    [Theory, MemberData(nameof(Names))]
    public void Frame_is_read_from_its_line_plain_swapped_and_spaced(string name)
    {
        var (frame, text) = Frames[name];
        var swapped = Utf8(text);
        QuoteSwap.Swap(swapped);
        foreach (var line in new[] { Utf8(text), swapped, Utf8($" \t{text.Replace(",\"", " , \"", StringComparison.Ordinal)}\r\n\n") })
        {
            var (frames, bad) = Read(line);
            Assert.Equal(0, bad);
            var read = Assert.Single(frames);
            Assert.Equal(frame.GetType(), read.GetType());
            Assert.Equal(text + "\n", Write(read).Replace(" , ", ",", StringComparison.Ordinal));
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Frame_is_no_longer_than_it_says(string name) => Assert.InRange(Utf8(Write(Frames[name].Frame)).Length, 1, Frames[name].Frame.MaxBytes);

    [Fact]
    public void Largest_texts_and_numbers_stay_within_what_a_frame_says()
    {
        const long largest = 1L << 53;
        var id = new CallId("i7Kd0wZk3mPq8LtVw1cR", 131621703842267135);
        var text = string.Concat(Enumerable.Repeat("\u00ad<", 5000));
        Frame[] extremes =
        [
            new CallFrame(id, text[..512], int.MaxValue, default) { TimeToLive = largest, IsOneWay = true, Credit = new Credit(largest, largest) },
            new AckFrame(id, true, text[..6]),
            new ProgressFrame(id, new RpcProgress(0.12345678901234567, text)),
            new FaultFrame(id, RpcStatus.ResourceExhausted, text) { Code = text, Ran = true, ItemsBefore = largest, Detail = new byte[100] },
            new FaultFrame(Id(new string('x', 64)), RpcStatus.FailedPrecondition, text) { Code = text, Ran = true },
            new CreditFrame(id, isUpload: false, largest, new Credit(largest, largest)),
            new ItemFrame(id, isUpload: false, largest, 1, new byte[100]),
            new LowFrame(id.Scope, largest, [.. Enumerable.Repeat(largest, LowFrame.MaxBut)]),
            new HereFrame(text[..64], "x7Kd0w", int.MaxValue, int.MaxValue),
            new WhoFrame(text[..64]),
        ];
        foreach (var frame in extremes)
            Assert.True(Utf8(Write(frame)).Length <= frame.MaxBytes, $"{frame.GetType().Name} takes more than {frame.MaxBytes} bytes");
    }

    [Theory]
    [InlineData(RpcStatus.Canceled, "canceled")]
    [InlineData(RpcStatus.InvalidArgument, "invalid-argument")]
    [InlineData(RpcStatus.NotFound, "not-found")]
    [InlineData(RpcStatus.AlreadyExists, "already-exists")]
    [InlineData(RpcStatus.PermissionDenied, "permission-denied")]
    [InlineData(RpcStatus.Unauthenticated, "unauthenticated")]
    [InlineData(RpcStatus.ResourceExhausted, "resource-exhausted")]
    [InlineData(RpcStatus.FailedPrecondition, "failed-precondition")]
    [InlineData(RpcStatus.Aborted, "aborted")]
    [InlineData(RpcStatus.Unimplemented, "unimplemented")]
    [InlineData(RpcStatus.Internal, "internal")]
    [InlineData(RpcStatus.Unavailable, "unavailable")]
    [InlineData(RpcStatus.Unreachable, "unreachable")]
    [InlineData(RpcStatus.DeadlineExceeded, "deadline-exceeded")]
    [InlineData(RpcStatus.Fault, "fault")]
    public void Status_is_kebab_case_on_the_wire(RpcStatus status, string wire)
    {
        Assert.Equal(wire, FrameNames.ToWire(status));
        Assert.Equal(status, FrameNames.StatusFromWire(wire));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Canceled")]
    [InlineData("of-a-later-version")]
    public void Unknown_status_is_internal(string? wire) => Assert.Equal(RpcStatus.Internal, FrameNames.StatusFromWire(wire));
}
