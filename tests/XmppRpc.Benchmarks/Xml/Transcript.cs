using System.Buffers;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Benchmarks.Xml;

/// <summary>A recorded stream, its stanzas repeated to <see cref="Stanzas"/>, as bytes and as trees.</summary>
internal sealed class Transcript
{
    /// <summary>Stanzas of one round, so that the cost of opening a reader is spread as on a real stream.</summary>
    public const int Stanzas = 512;

    private Transcript(byte[] bytes, int headerLength, List<XmppElement> elements) => (Bytes, HeaderLength, Elements) = (bytes, headerLength, elements);

    public byte[] Bytes { get; }

    public int HeaderLength { get; }

    public List<XmppElement> Elements { get; }

    public double BytesPerStanza => (double)(Bytes.Length - HeaderLength) / Stanzas;

    public static string[] Files => ["prosody-session", "ejabberd-session", "prosody-rpc-200", "prosody-rpc-2k", "prosody-rpc-7k5"];

    public static Transcript Load(string file)
    {
        var recorded = File.ReadAllBytes(Path.Combine(Recording.Folder, file + ".xml"));
        var reader = new XmppReader();
        var rest = new ReadOnlySequence<byte>(recorded);
        var header = 0;
        var stanzas = new List<(XmppElement Element, byte[] Bytes)>();
        for (var before = 0; reader.TryRead(ref rest, out var node); before = recorded.Length - (int)rest.Length)
            if (node.Kind == XmppNodeKind.StreamStart)
                header = recorded.Length - (int)rest.Length;
            else if (node.Kind == XmppNodeKind.Element)
                stanzas.Add((node.Element!, recorded[before..(recorded.Length - (int)rest.Length)]));
        var repeated = Enumerable.Range(0, Stanzas).Select(i => stanzas[i % stanzas.Count]).ToList();
        return new([.. recorded[..header], .. repeated.SelectMany(stanza => stanza.Bytes)], header, [.. repeated.Select(stanza => stanza.Element)]);
    }
}
