using System.Buffers;
using System.Text;
using System.Text.Json;
using XmppRpc.Frames;

namespace XmppRpc.Tests.Fakes;

/// <summary>Frames to text and back.</summary>
internal static class TextFrames
{
    public static CallId Id(string text) => CallId.TryParse(Encoding.UTF8.GetBytes(text), new TextCache(), out var id) ? id : throw new ArgumentException(text);

    public static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public static ItemFrame ItemsOf(CallId id, bool isUpload, long first, byte[] array)
    {
        using var items = JsonDocument.Parse(array);
        return new ItemFrame(id, isUpload, first, items.RootElement.GetArrayLength(), array);
    }

    public static string Write(Frame frame)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new FrameWriter(output);
        frame.Write(ref writer);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public static (List<Frame> Frames, long BadLines) Read(string text) => Read(Utf8(text));

    public static (List<Frame> Frames, long BadLines) Read(byte[] text)
    {
        var reader = new FrameReader();
        var frames = new List<Frame>();
        reader.Read(text, frames);
        return (frames, reader.BadLines);
    }

    public static T ReadOne<T>(string text) where T : Frame
    {
        var (frames, bad) = Read(text);
        Assert.Equal(0, bad);
        return Assert.IsType<T>(Assert.Single(frames), exactMatch: false);
    }
}
