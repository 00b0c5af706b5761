using System.Text.Json;
using XmppRpc.Frames;
using XmppRpc.Serialization;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Frames;

public class PayloadTextTests
{
    private static readonly RpcJson Json = new(null);

    [Fact]
    public void Any_payload_survives_line_and_swap_and_never_needs_escaping()
    {
        var random = new Random(20301);
        for (var round = 0; round < 2000; round++)
        {
            var value = Text(random);
            var payload = new PayloadWriter();
            JsonSerializer.Serialize(payload.Json, new Dictionary<string, string>(StringComparer.Ordinal) { [Text(random)] = value }, Json.TypeInfo<Dictionary<string, string>>());
            var json = payload.Finish();
            Assert.DoesNotContain(json, b => b < 0x20 || b is (byte)'`' or (byte)'<' or (byte)'>' or (byte)'&' or (byte)'\'');

            var line = Utf8(Write(new ReplyFrame(new CallId("a", 1), json)));
            Assert.Equal(line.Length - 1, line.AsSpan().IndexOf((byte)'\n'));
            QuoteSwap.Swap(line);
            Assert.DoesNotContain((byte)'"', line);
            var (frames, bad) = Read(line);
            Assert.Equal(0, bad);
            var result = Assert.IsType<ReplyFrame>(Assert.Single(frames)).Result;
            Assert.Equal(json, result.ToArray());
            var read = JsonSerializer.Deserialize(result.Span, Json.TypeInfo<Dictionary<string, string>>())!;
            Assert.Equal(Whole(value), Assert.Single(read).Value);
        }
    }

    private static string Text(Random random) => string.Create(random.Next(0, 40), random, static (text, random) =>
    {
        foreach (ref var c in text)
            c = random.Next(4) switch { 0 => "\"`\\\n\r<>&'\0\u001f\u2028"[random.Next(12)], 1 => (char)random.Next(0x20, 0x7f), 2 => (char)random.Next(0xd800, 0xe000), _ => (char)random.Next(0x10000) };
    });

    // Half a surrogate pair is no character: it arrives as the replacement character.
    private static string Whole(string text) => string.Concat(text.EnumerateRunes());
}
