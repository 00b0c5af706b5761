using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Tests.Xml.Fuzz;

/// <summary>
/// Hostile inputs by the million (T-04, T-06). <c>XMPPRPC_FUZZ_SECONDS</c> makes it run so long with a new seed, <c>XMPPRPC_FUZZ_SEED</c> repeats a seed.
/// An input that fails is kept in the folder Findings, from where it is tried in every run.
/// </summary>
public sealed class FuzzTests
{
    private const int DefaultInputs = 1_000_000;
    private const int GrammarInputs = 20_000;
    private const int Workers = 2;
    private const int MaxCorpus = 4_000;
    // Every so many inputs: XmlReader throws an exception for each that it refuses, and all the cuts take a square of the length.
    private const int DifferentialEvery = 20, EveryCutEvery = 4_000;

    private static readonly XmppReaderLimits SmallCaps = new() { MaxStanzaBytes = 220, MaxTagBytes = 100, MaxDepth = 2, MaxElements = 6, MaxAttributes = 4, MaxNamespaces = 4, MaxNameBytes = 13 };

    private static readonly int Seconds = Setting("XMPPRPC_FUZZ_SECONDS") ?? 0;
    private static readonly int Seed = Setting("XMPPRPC_FUZZ_SEED") ?? (Seconds > 0 ? RandomNumberGenerator.GetInt32(int.MaxValue) : 20_261_121);

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;

    [Fact]
    public async Task A_million_hostile_inputs_break_nothing()
    {
        var watch = Stopwatch.StartNew();
        var runs = await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(() => Run(worker, watch))));

        TestContext.Current.TestOutputHelper?.WriteLine($"{runs.Sum(run => run.Inputs)} inputs, {runs.Sum(run => run.Accepted)} of them with a stanza, {runs.Sum(run => run.Cells)} kinds of outcome, seed {Seed}, {watch.Elapsed.TotalSeconds:F0} s");
        Assert.All(runs, run => Assert.Null(run.Failure));
        // Were nearly all accepted or nearly all refused, it would test little.
        Assert.InRange((double)runs.Sum(run => run.Accepted) / runs.Sum(run => run.Inputs), 0.2, 0.9);
    }

    [Fact]
    public void Stanzas_by_grammar_break_nothing()
    {
        var accepted = 0;
        var property = Prop.ForAll(StanzaGrammar.Stanzas, written =>
        {
            var stanza = Encoding.UTF8.GetBytes(written.ToString());
            var failure = Failure(new ReaderCheck(Seed), stanza, out var outcome) ?? Failure(new ReaderCheck(Seed, SmallCaps), stanza, out _) ?? Differential(stanza);
            accepted += outcome?.Nodes is [{ Kind: XmppNodeKind.Element }, ..] ? 1 : 0;
            return failure is null ? true : throw new InvalidOperationException($"{failure}\n{written}");
        });
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(GrammarInputs).WithReplay((ulong)Seed, 1).WithQuietOnSuccess(true));
        Assert.InRange(accepted, GrammarInputs / 8, GrammarInputs);
    }

    [Fact]
    public void What_once_went_wrong_goes_right()
    {
        foreach (var (name, bytes) in Corpus.Findings)
            foreach (var limits in new[] { null, SmallCaps })
            {
                var failure = Failure(new ReaderCheck(1, limits), bytes, out _) ?? Every(limits, bytes) ?? Differential(bytes);
                Assert.True(failure is null, $"{name}: {failure}");
            }
    }

    [Fact]
    public void Recorded_stanzas_are_the_same_however_they_are_cut()
    {
        foreach (var stanza in Corpus.RecordedStanzas.DistinctBy(stanza => (stanza.Length, stanza[^9])))
            Assert.Null(Failure(new ReaderCheck(1), stanza, out _) ?? Every(null, stanza) ?? Differential(stanza));
    }

    private sealed record Result(long Inputs, long Accepted, int Cells, string? Failure);

    private static Result Run(int worker, Stopwatch watch)
    {
        var corpus = new List<byte[]>([.. Corpus.Stanzas, .. Corpus.RecordedStanzas, .. Corpus.Findings.Select(finding => finding.Bytes)]);
        var mutator = new Mutator(unchecked(Seed + worker), corpus);
        var checks = new[] { new ReaderCheck(Seed + worker), new ReaderCheck(Seed + worker, SmallCaps) };
        var cells = new HashSet<string>(StringComparer.Ordinal);
        long inputs = 0, accepted = 0;
        while (Seconds > 0 ? watch.Elapsed.TotalSeconds < Seconds : inputs < DefaultInputs / Workers)
        {
            var stanza = mutator.Next();
            var limits = inputs % 4 == 3 ? SmallCaps : null;
            inputs++;
            var failure = Failure(checks[limits is null ? 0 : 1], stanza, out var outcome);
            if (failure is null && inputs % EveryCutEvery == 0)
                failure = Every(limits, stanza);
            if (failure is null && inputs % DifferentialEvery == 0)
                failure = Differential(stanza);
            if (failure is not null)
                return new(inputs, accepted, cells.Count, Keep(stanza, $"{failure}\nseed {Seed}, worker {worker}, input {inputs}"));
            accepted += outcome!.Nodes.Count > 1 ? 1 : 0;
            // Guidance: an input that ends in a way not seen before is worth mutating further.
            if (cells.Count < MaxCorpus && stanza.Length <= 1_000 && cells.Add(Cell(outcome)))
                corpus.Add(stanza);
        }
        return new(inputs, accepted, cells.Count, null);
    }

    private static string? Failure(ReaderCheck check, byte[] stanza, out Outcome? outcome)
    {
        outcome = null;
        try
        {
            return check.Check(stanza, out outcome);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e.ToString();
        }
    }

    private static string? Every(XmppReaderLimits? limits, byte[] stanza) => new ReaderCheck(1, limits).CheckEveryCut(stanza);

    private static string? Differential(byte[] stanza) =>
        FrameworkOracle.Compare([.. Encoding.UTF8.GetBytes(FrameworkOracle.Root), .. stanza, .. "</stream:stream>"u8], out var both) == ReadersDiffer.Unexplained ? both.ToString() : null;

    // Kinds, how much of a tree there is, and what is wrong, without its numbers and names.
    private static string Cell(Outcome outcome)
    {
        var cell = new StringBuilder();
        foreach (var node in outcome.Nodes)
            cell.Append(CultureInfo.InvariantCulture, $"{(int)node.Kind}{Log(node.Element?.Children.Count)}{Log(node.Element?.Attributes.Count)}{Log(node.Element?.TextUtf8.Length)}{Words(node.Reason)}");
        return cell.Append(Words(outcome.Fault?.Message)).ToString();
    }

    private static int Log(int? count) => count is null or 0 ? 0 : int.Log2(count.Value) + 1;

    private static string Words(string? text) => text is null ? "" : string.Join(' ', text.Split(' ').Where(word => word.All(c => char.IsAsciiLetter(c) || c == '-')));

    private static string Keep(byte[] stanza, string failure)
    {
        var file = Path.Combine(Corpus.Folder("Findings"), Convert.ToHexStringLower(SHA256.HashData(stanza))[..16] + ".xml");
        Directory.CreateDirectory(Corpus.Folder("Findings"));
        File.WriteAllBytes(file, stanza);
        return $"{failure}\n{Encoding.Latin1.GetString(stanza)}\nkept as {Path.GetFileName(file)}";
    }
}
