using System.Buffers;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>However the bytes are cut, the same nodes and the same error come out.</summary>
public sealed class ChunkingTests
{
    // Small enough that the corpus runs into each of them.
    private static readonly XmppReaderLimits[] Limits =
    [
        new(),
        new() { MaxStanzaBytes = 250 },
        new() { MaxTagBytes = 190, MaxStanzaBytes = 240 },
        new() { MaxDepth = 1 },
        new() { MaxElements = 2, MaxNameBytes = 13 },
        new() { MaxAttributes = 3, MaxNamespaces = 3 },
        new() { MaxFatalBytes = 310, MaxStanzaBytes = 230 },
    ];

    public static TheoryData<int, int> All
    {
        get
        {
            var all = new TheoryData<int, int>();
            for (var t = 0; t < Corpus.Transcripts.Count; t++)
                for (var l = 0; l < Limits.Length; l++)
                    all.Add(t, l);
            return all;
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Every_cut_in_two_gives_the_same_nodes(int transcript, int limits)
    {
        var bytes = Corpus.Transcripts[transcript];
        Assert.True(bytes.Length <= 4096);
        var whole = Nodes.Transcript(bytes, [], Limits[limits]);
        for (var cut = 0; cut <= bytes.Length; cut++)
            Assert.Equal(whole, Nodes.Transcript(bytes, [cut], Limits[limits]));
    }

    [Fact]
    public void The_corpus_runs_into_the_caps() =>
        Assert.All(Limits[1..], limits => Assert.Contains("Skipped", Nodes.Transcript(Corpus.Transcripts[^1], [], limits), StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void Single_bytes_give_the_same_nodes(int transcript, int limits)
    {
        var bytes = Corpus.Transcripts[transcript];
        Assert.Equal(Nodes.Transcript(bytes, [], Limits[limits]), Nodes.Transcript(bytes, Enumerable.Range(1, bytes.Length), Limits[limits]));
    }

    [Fact]
    public void Random_cuts_give_the_same_nodes()
    {
        var cases = from transcript in Gen.Elements(Corpus.Transcripts.ToArray())
                    from limits in Gen.Elements(Limits)
                    from cuts in Gen.Choose(0, transcript.Length).ListOf()
                    select (transcript, limits, cuts: cuts.Order().ToArray());
        Prop.ForAll(cases.ToArbitrary(), c => Nodes.Transcript(c.transcript, [], c.limits) == Nodes.Transcript(c.transcript, c.cuts, c.limits))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(2000).WithQuietOnSuccess(true));
    }

    [Fact]
    public void Hostile_stanzas_give_the_same_nodes_in_any_cuts()
    {
        var mutator = new Mutator(11);
        var random = new Random(11);
        for (var i = 0; i < 15_000; i++)
        {
            byte[] bytes = [.. Encoding.UTF8.GetBytes(Nodes.Header + "<m>"), .. mutator.Next(), .. "</m><next/>"u8];
            var cuts = Enumerable.Range(0, random.Next(1, 6)).Select(_ => random.Next(bytes.Length + 1)).Order().ToArray();
            var limits = Limits[random.Next(Limits.Length)];
            Assert.Equal(Outcome(bytes, [], limits), Outcome(bytes, cuts, limits));
        }
    }

    // Of several faults in one stanza above a cap, the cuts may decide which is found first, but never whether there is one.
    private static string Outcome(byte[] bytes, int[] cuts, XmppReaderLimits limits)
    {
        var transcript = Nodes.Transcript(bytes, cuts, limits);
        return limits == Limits[0] ? transcript : transcript.Split('!')[0] + transcript.Contains('!', StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(100)]
    public void Segments_of_one_sequence_give_the_same_nodes(int size)
    {
        foreach (var bytes in Corpus.Transcripts.Take(3))
        {
            var reader = new XmppReader();
            var input = Segment.Sequence(bytes, size);
            var nodes = new List<XmppNode>();
            while (reader.TryRead(ref input, out var node))
                nodes.Add(node);
            Assert.Equal(Nodes.Transcript(bytes, []), Nodes.Transcript(nodes));
        }
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        // Every other segment is empty, as a sequence may have them.
        public static ReadOnlySequence<byte> Sequence(byte[] bytes, int size)
        {
            var first = new Segment();
            var last = first;
            foreach (var chunk in bytes.Chunk(size))
                last = last.Append(chunk).Append([]);
            return new ReadOnlySequence<byte>(first, 0, last, 0);
        }

        private Segment Append(byte[] bytes)
        {
            var next = new Segment { Memory = bytes, RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }
}
