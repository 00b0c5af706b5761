using System.Buffers;
using System.Xml;
using System.Xml.Linq;
using BenchmarkDotNet.Attributes;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Benchmarks.Xml;

/// <summary>From bytes, in chunks of 16 KiB as the transport reads them, to a tree a stanza; one reader for the whole stream.</summary>
public class ReadBenchmarks
{
    private const int Chunk = 16 * 1024;
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true };
    private static readonly XmlReaderSettings Async = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, CloseInput = true, Async = true };
    private byte[] _bytes = [];

    [ParamsSource(nameof(Files))]
    public string File { get; set; } = "";

    public static IEnumerable<string> Files => Transcript.Files;

    [GlobalSetup]
    public void Setup() => _bytes = [.. Transcript.Load(File).Bytes, .. "</stream:stream>"u8];

    [Benchmark(Baseline = true, OperationsPerInvoke = Transcript.Stanzas)]
    public int XmppReader()
    {
        var reader = new XmppReader();
        var count = 0;
        for (var from = 0; from < _bytes.Length; from += Chunk)
        {
            var input = new ReadOnlySequence<byte>(_bytes, from, Math.Min(Chunk, _bytes.Length - from));
            while (reader.TryRead(ref input, out var node))
                count += node.Kind == XmppNodeKind.Element ? 1 : 0;
        }
        return Checked(count);
    }

    [Benchmark(OperationsPerInvoke = Transcript.Stanzas)]
    public int XmlReaderSync()
    {
        using var reader = XmlReader.Create(new MemoryStream(_bytes), Settings);
        return Checked(FrameworkTree.ReadAll(reader));
    }

    [Benchmark(OperationsPerInvoke = Transcript.Stanzas)]
    public async Task<int> XmlReaderAsync()
    {
        using var reader = XmlReader.Create(new MemoryStream(_bytes), Async);
        return Checked(await FrameworkTree.ReadAllAsync(reader));
    }

    [Benchmark(OperationsPerInvoke = Transcript.Stanzas)]
    public int XmlReaderToXElement()
    {
        using var reader = XmlReader.Create(new MemoryStream(_bytes), Settings);
        reader.MoveToContent();
        reader.Read();
        var count = 0;
        while (reader.NodeType != XmlNodeType.EndElement)
            if (reader.NodeType == XmlNodeType.Element)
                count += XNode.ReadFrom(reader) is XElement ? 1 : 0;
            else
                reader.Read();
        return Checked(count);
    }

    // A reader that misses stanzas would look fast.
    private static int Checked(int count) => count == Transcript.Stanzas ? count : throw new InvalidOperationException($"{count} stanzas were read.");
}
