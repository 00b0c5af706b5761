using System.Text.RegularExpressions;

namespace XmppRpc.Tests.House;

public partial class RepositoryTests
{
    private static readonly string[] TextFiles = [".cs", ".csproj", ".props", ".targets", ".sln", ".md", ".txt", ".json", ".yml", ".yaml", ".sh", ".py", ".lua", ".xml", ".html", ".css", ".js", ".razor", ".config", ""];

    [Fact]
    public void No_file_names_a_machine_or_a_registry()
    {
        var findings =
            from path in SourceTree.Files()
            where TextFiles.Contains(Path.GetExtension(path), StringComparer.Ordinal)
            from Match match in MachineNames().Matches(SourceTree.Read(path))
            select $"{path}: {match.Value}";

        Assert.Empty(findings);
    }

    [Theory]
    [InlineData("/wo", "rk/main", true)]
    [InlineData("/ho", "me/alice/src", true)]
    [InlineData("/ro", "ot/.nuget", true)]
    [InlineData("/tm", "p/x", true)]
    [InlineData(@"C:\Us", @"ers\alice", true)]
    [InlineData("https://api.nuget.", "org/v3/index.json", true)]
    [InlineData("https://registry.", "npmjs.org", true)]
    [InlineData("tests/", "work.cs", false)]
    [InlineData("https://www.nuget.", "org/packages/XmppRpc", false)]
    public void What_names_a_machine_or_a_registry_is_recognised(string start, string end, bool expected) =>
        Assert.Equal(expected, MachineNames().IsMatch(start + end));

    [Fact]
    public void The_solution_has_the_classic_format_and_holds_every_project()
    {
        var solution = SourceTree.Read("XmppRpc.sln");
        var listed = ProjectPaths().Matches(solution).Select(match => match.Groups["path"].Value.Replace('\\', '/')).Order(StringComparer.Ordinal);

        Assert.StartsWith("Microsoft Visual Studio Solution File, Format Version 12.00", solution.TrimStart(), StringComparison.Ordinal);
        Assert.Equal(SourceTree.Files().Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)), listed, StringComparer.Ordinal);
        Assert.DoesNotContain(SourceTree.Files(), path => path.EndsWith(".slnx", StringComparison.Ordinal));
    }

    [Fact]
    public void Central_package_versions_are_in_alphabetical_order()
    {
        var packages = PackageNames().Matches(SourceTree.Read("Directory.Packages.props")).Select(match => match.Groups["name"].Value).ToArray();

        Assert.NotEmpty(packages);
        Assert.Equal(packages.Order(StringComparer.OrdinalIgnoreCase), packages, StringComparer.Ordinal);
    }

    // A path counts where it begins one: not inside a longer path or a word.
    [GeneratedRegex(@"(?<![\w.~*)}-])/(work|root|tmp|farm|home/\w+)/|[A-Z]:\\Users\\|api\.nuget\.org|nuget\.org/v3|registry\.npmjs|pypi\.org/simple", RegexOptions.ExplicitCapture)]
    private static partial Regex MachineNames();

    [GeneratedRegex("\"(?<path>[^\"]+\\.csproj)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex ProjectPaths();

    [GeneratedRegex("<PackageVersion Include=\"(?<name>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex PackageNames();
}
