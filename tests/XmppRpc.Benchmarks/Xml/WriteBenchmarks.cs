using System.Buffers;
using System.Text;
using System.Xml;
using BenchmarkDotNet.Attributes;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Benchmarks.Xml;

/// <summary>From a tree a stanza to bytes in a buffer that is used again; one writer for the whole stream, flushed behind each stanza.</summary>
public class WriteBenchmarks
{
    private readonly ArrayBufferWriter<byte> _output = new(64 * 1024);
    private Stream _stream = Stream.Null;
    private List<XmppElement> _ours = [];
    private readonly List<FrameworkTree> _theirs = [];
    private XmlWriter? _writer;

    [ParamsSource(nameof(Files))]
    public string File { get; set; } = "";

    public static IEnumerable<string> Files => Transcript.Files;

    [GlobalSetup]
    public void Setup()
    {
        _ours = Transcript.Load(File).Elements;
        _theirs.Clear();
        _theirs.AddRange(_ours.Select(FrameworkTree.Of));
        _stream = Reusable();
        _writer = XmlWriter.Create(_stream, new XmlWriterSettings { OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false), CheckCharacters = true });
        _writer.WriteStartElement("stream", "stream", XmppNames.Streams);
        _writer.WriteAttributeString("xmlns", XmppNames.Client);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Transcript.Stanzas)]
    public void XmppWriter()
    {
        foreach (var element in _ours)
        {
            _output.ResetWrittenCount();
            Xmpp.Xml.XmppWriter.WriteElement(_output, element, XmppNames.Client);
        }
    }

    [Benchmark(OperationsPerInvoke = Transcript.Stanzas)]
    public void XmlWriterSync()
    {
        foreach (var tree in _theirs)
        {
            _stream.SetLength(0);
            tree.Write(_writer!);
            _writer!.Flush();
        }
    }

    private static MemoryStream Reusable() => new(64 * 1024);
}
