using System.Globalization;
using System.IO.Enumeration;
using XmppRpc.TestKit;

namespace XmppRpc.Benchmarks.Peers;

/// <summary>What the command line of the benchmark of peers says.</summary>
internal sealed record PeersOptions
{
    public const string Usage = """
        peers [options]
          --only NAMES     contestants, by patterns with * and ?, separated by commas; default: all
          --cases NAMES    cases, likewise
          --base NAME      whom ratios compare with; default: rabbitmq, else the first that runs
          --rounds N       rounds of each case, in which the contestants take turns; default 3
          --seconds S      length of each measurement; default 2
          --quick          one round, 0.3 s, short streams: whether all works, no figures
          --out FOLDER     where peers.md and peers.svg go; default artifacts/peers
          --docs           write the figures into docs/performance.md instead
          --list           names the contestants and cases
        """;

    public IReadOnlyList<string> Only { get; private init; } = ["*"];

    public IReadOnlyList<string> Cases { get; private init; } = ["*"];

    public string? Base { get; private init; }

    public int Rounds { get; private init; } = 3;

    public double Seconds { get; private init; } = 2;

    public bool IsQuick { get; private init; }

    public bool IsList { get; private init; }

    public bool Docs { get; private init; }

    public string Folder { get; private init; } = RepositoryRoot.Combine("artifacts/peers");

    /// <summary>Before each case, and before all of them: so that code is compiled at its best, and idle connections are awake.</summary>
    public double WarmUpSeconds => Math.Min(1, Seconds);

    /// <exception cref="ArgumentException">An option is unknown or its value is bad.</exception>
    public static PeersOptions Parse(IReadOnlyList<string> arguments)
    {
        // First, so that what is said beside it counts.
        var options = arguments.Contains("--quick", StringComparer.Ordinal) ? new PeersOptions { IsQuick = true, Rounds = 1, Seconds = 0.3 } : new();
        for (var i = 0; i < arguments.Count; i++)
        {
            var name = arguments[i];
            options = name switch
            {
                "--quick" => options,
                "--docs" => options with { Docs = true },
                "--list" => options with { IsList = true },
                "--only" => options with { Only = Value().Split(',') },
                "--cases" => options with { Cases = Value().Split(',') },
                "--base" => options with { Base = Value() },
                "--rounds" => options with { Rounds = (int)Number(1, 1000) },
                "--seconds" => options with { Seconds = Number(0.05, 60) },
                "--out" => options with { Folder = Path.GetFullPath(Value()) },
                _ => throw new ArgumentException($"'{name}' is no option.\n{Usage}"),
            };

            string Value() => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{name} needs a value.\n{Usage}");

            double Number(double least, double most) => double.TryParse(Value(), CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new ArgumentException($"{name} must be a number from {least} to {most}.");
        }
        return options;
    }

    /// <summary>Whether one of the patterns names it.</summary>
    public static bool Selects(IReadOnlyList<string> patterns, string name) => patterns.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name));
}
