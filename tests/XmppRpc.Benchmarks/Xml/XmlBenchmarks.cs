using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace XmppRpc.Benchmarks.Xml;

/// <summary>Reader and writer against the framework's, on recorded transcripts. Every figure is per stanza.</summary>
internal static class XmlBenchmarks
{
    public static void Run(string[] arguments)
    {
        var config = ManualConfig.Create(DefaultConfig.Instance)
            .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).WithWarmupCount(8).WithIterationCount(9).WithIterationTime(TimeInterval.FromMilliseconds(120)).WithId("xml"))
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumn(StatisticColumn.Median, new RateColumn())
            .HideColumns("Job", "Toolchain", "WarmupCount", "IterationCount", "IterationTime", "Error", "StdDev", "RatioSD", "Gen0", "Gen1", "Gen2", "Mean")
            .WithSummaryStyle(SummaryStyle.Default.WithRatioStyle(RatioStyle.Value))
            .WithArtifactsPath(Path.Combine(Path.GetTempPath(), "xmpprpc-benchmarks"));
        BenchmarkSwitcher.FromTypes([typeof(ReadBenchmarks), typeof(WriteBenchmarks)]).Run(arguments.Length == 0 ? ["--filter", "*"] : arguments, config);
    }
}

/// <summary>MB/s of the transcript.</summary>
internal sealed class RateColumn : IColumn
{
    public string Id => nameof(RateColumn);
    public string ColumnName => "MB/s";
    public bool AlwaysShow => true;
    public ColumnCategory Category => ColumnCategory.Custom;
    public int PriorityInCategory => 0;
    public bool IsNumeric => true;
    public UnitType UnitType => UnitType.Dimensionless;
    public string Legend => "Millions of bytes of XML a second, by the median";
    public bool IsAvailable(Summary summary) => true;
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style)
    {
        var transcript = Transcript.Load((string)benchmarkCase.Parameters["File"]);
        return summary[benchmarkCase]?.ResultStatistics is { } statistics ? $"{transcript.BytesPerStanza / statistics.Median * 1000:F0}" : "?";
    }
}
