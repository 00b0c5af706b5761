using System.Buffers;
using System.Text;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml.Fuzz;

/// <summary>
/// The properties that hold for every input: no exception but <see cref="XmppStreamException"/>, the same nodes however the bytes are cut and whether or not the
/// quick way is taken, memory in proportion to the bytes, and what was read stays the same when it is written and read again.
/// Streams go on from input to input as long as nothing is wrong with them. Not safe for concurrent use.
/// </summary>
internal sealed class ReaderCheck(int seed, XmppReaderLimits? limits = null)
{
    private static readonly byte[] Header = Encoding.UTF8.GetBytes(FrameworkOracle.Root);
    // Fits into small caps.
    private static readonly byte[] ShortHeader = "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>"u8.ToArray();
    private static readonly byte[] End = "<end/>"u8.ToArray();
    private const int FixedBytes = 64 * 1024, BytesPerByte = 400;

    private readonly Random _random = new(seed);
    private readonly ArrayBufferWriter<byte> _written = new();
    private readonly int[] _cuts = new int[6];
    private XmppReader? _whole;
    private XmppReader? _exact;
    private XmppReader? _cut;
    private XmppReader? _again;

    /// <summary>What is wrong with the reader, or null. <paramref name="outcome"/> is what it made of the input in one piece.</summary>
    public string? Check(byte[] stanza, out Outcome outcome)
    {
        byte[] input = [.. stanza, .. End];
        _whole ??= Open(isQuick: true);
        var before = GC.GetAllocatedBytesForCurrentThread();
        outcome = Outcome.Of(_whole, input, []);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        if (allocated > FixedBytes + (long)BytesPerByte * input.Length)
            return $"{allocated} bytes of memory were taken for {input.Length}";

        var exact = Outcome.Of(_exact ??= Open(isQuick: false), input, []);
        if (!outcome.IsSameAs(exact, exactFault: limits is null))
            return $"the quick way differs: {outcome}\nand not {exact}";
        var cuts = Cuts(input.Length);
        var cut = Outcome.Of(_cut ??= Open(isQuick: true), input, cuts);
        if (!outcome.IsSameAs(cut, exactFault: limits is null))
            return $"cut at {string.Join(' ', cuts.ToArray())} it differs: {outcome}\nand not {cut}";

        if (!(outcome.Fault is null && outcome.Nodes is [.., { Kind: XmppNodeKind.Element, Element: { Name: "end", Children.Count: 0 } }]))
            _whole = _exact = _cut = null;
        return CheckWriting(outcome);
    }

    /// <summary>As <see cref="Check"/>, for single bytes and for every cut in two.</summary>
    public string? CheckEveryCut(byte[] stanza)
    {
        byte[] input = [.. stanza, .. End];
        var whole = Outcome.Of(Open(isQuick: true), input, []);
        var single = Outcome.Of(Open(isQuick: true), input, [.. Enumerable.Range(1, input.Length)]);
        if (!whole.IsSameAs(single, exactFault: limits is null))
            return $"in single bytes it differs: {whole}\nand not {single}";
        for (var at = 0; at <= input.Length; at++)
            if (Outcome.Of(Open(isQuick: true), input, [at]) is var cut && !whole.IsSameAs(cut, exactFault: limits is null))
                return $"cut at {at} it differs: {whole}\nand not {cut}";
        return null;
    }

    private ReadOnlySpan<int> Cuts(int length)
    {
        var cuts = _cuts.AsSpan(0, _random.Next(1, _cuts.Length + 1));
        for (var k = 0; k < cuts.Length; k++)
            cuts[k] = _random.Next(length + 1);
        cuts.Sort();
        return cuts;
    }

    private string? CheckWriting(Outcome outcome)
    {
        foreach (var node in outcome.Nodes)
        {
            if (node.Kind != XmppNodeKind.Element || node.Element!.Name == "end")
                continue;
            _written.ResetWrittenCount();
            XmppWriter.WriteElement(_written, node.Element, XmppNames.Client);
            var written = _written.WrittenSpan.ToArray();
            var again = Outcome.Of(_again ??= Open(isQuick: true), written, []);
            if (again is not { Fault: null, Nodes: [{ Kind: XmppNodeKind.Element }] } || !Outcome.IsSame(node.Element, again.Nodes[0].Element))
            {
                _again = null;
                // Declarations that are written out may take more than a small cap.
                if (limits is null)
                    return $"written as {Encoding.UTF8.GetString(written)} it is read as {again}\nand not {outcome}";
                continue;
            }
            _written.ResetWrittenCount();
            XmppWriter.WriteElement(_written, again.Nodes[0].Element!, XmppNames.Client);
            if (!_written.WrittenSpan.SequenceEqual(written))
                return $"written twice it differs: {Encoding.UTF8.GetString(written)}\nand {Encoding.UTF8.GetString(_written.WrittenSpan)}";
        }
        return null;
    }

    private XmppReader Open(bool isQuick)
    {
        var reader = new XmppReader(limits, isQuick);
        var header = new ReadOnlySequence<byte>(limits is null ? Header : ShortHeader);
        return reader.TryRead(ref header, out _) ? reader : throw new InvalidOperationException("The header was not read.");
    }
}
