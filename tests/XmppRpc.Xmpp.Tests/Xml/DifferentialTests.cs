using System.Text;

namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>Our reader against the framework's: nothing may differ but what <see cref="FrameworkOracle"/> lists.</summary>
public sealed class DifferentialTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Hostile_stanzas_mean_the_same_to_both_readers(int seed)
    {
        var mutator = new Mutator(seed);
        int accepted = 0, tolerated = 0, skipped = 0;
        for (var i = 0; i < 27_000; i++)
        {
            var stanza = mutator.Next();
            byte[] bytes = [.. Encoding.UTF8.GetBytes(FrameworkOracle.Root), .. stanza, .. "</stream:stream>"u8];
            var differ = FrameworkOracle.Compare(bytes, out var both);
            if (differ == ReadersDiffer.Unexplained)
                Assert.Fail($"{both}\n{Encoding.Latin1.GetString(stanza)}\n{Convert.ToHexString(stanza)}");
            accepted += both.IsAccepted ? 1 : 0;
            tolerated += differ == ReadersDiffer.AsAllowed ? 1 : 0;
            skipped += both.IsSkipped ? 1 : 0;
        }
        Assert.InRange(accepted, 3_000, 20_000);
        Assert.InRange(tolerated, 100, 10_000);
        Assert.InRange(skipped, 1_000, 10_000);
    }

    [Fact]
    public void Recorded_transcripts_mean_the_same_to_both_readers() =>
        Assert.All(Corpus.Recorded, file =>
        {
            byte[] end = file.Bytes.AsSpan().EndsWith("</stream:stream>"u8) ? [] : [.. "</stream:stream>"u8];
            Assert.Equal(ReadersDiffer.No, FrameworkOracle.Compare([.. file.Bytes, .. end], out var both));
            Assert.True(both.IsAccepted, both.ToString());
        });
}
