using System.Text.RegularExpressions;

namespace XmppRpc.Tests.House;

/// <summary>A table that names a test which is not there would be a row that lies.</summary>
public sealed partial class QuotedTestsTests
{
    [Theory]
    [InlineData("docs/xmpp.md")]
    [InlineData("docs/decisions.md")]
    [InlineData("docs/architecture.md")]
    public void Every_test_that_a_page_names_exists(string page)
    {
        var tests = SourceTree.Files("tests/").Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).ToLookup(path => Path.GetFileNameWithoutExtension(path), StringComparer.Ordinal);
        var missing = TestName().Matches(SourceTree.Read(page))
            .Where(name => !tests[name.Groups["class"].Value].Any(path => name.Groups["method"].Value is var method && (method.Length == 0 || SourceTree.Read(path).Contains($" {method}(", StringComparison.Ordinal))))
            .Select(name => name.Value);
        Assert.Equal([], missing);
    }

    [GeneratedRegex(@"`(?:[A-Za-z]+/)*(?<class>[A-Z][A-Za-z0-9]*(?:Tests|Scenarios))(?:\.(?<method>[A-Za-z0-9_]+))?`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex TestName();
}
