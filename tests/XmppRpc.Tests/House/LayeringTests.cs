using System.Xml.Linq;

namespace XmppRpc.Tests.House;

/// <summary>The levels and arrows of docs/architecture.md. A new folder gets a place in a table here, and there.</summary>
public class LayeringTests
{
    private static readonly Dictionary<string, Layers> Assemblies = new(StringComparer.Ordinal)
    {
        ["XmppRpc.Xmpp"] = new(
            Top: ["XmppConnection", "XmppServices"],
            ["Session"],
            ["Sasl", "Network", "StreamManagement", "Services"],
            ["Stanzas"],
            ["Xml"]),
        ["XmppRpc"] = new(
            Top: ["RpcEndpoint", "StanzaRouter"],
            ["Client", "Server", "Discovery"],
            ["Streams"],
            ["Frames", "Contracts"],
            ["Serialization", "Timing"]),
    };

    // Which projects a project may reference; the generator and its code fixes reach users inside XmppRpc's package and reference nothing of the runtime.
    private static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["XmppRpc.Xmpp"] = [],
        ["XmppRpc"] = ["XmppRpc.Xmpp"],
        ["XmppRpc.LocalServer"] = ["XmppRpc.Xmpp"],
        ["XmppRpc.Generators"] = [],
        ["XmppRpc.Generators.CodeFixes"] = ["XmppRpc.Generators"],
    };

    public static TheoryData<string> AssemblyNames => [.. Assemblies.Keys];

    [Theory]
    [MemberData(nameof(AssemblyNames))]
    public void Every_file_uses_only_its_own_folder_and_the_levels_below(string assembly)
    {
        var prefix = $"src/{assembly}/";
        var sources = SourceTree.Files(prefix).Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).ToDictionary(path => path[prefix.Length..], SourceTree.Read, StringComparer.Ordinal);

        Assert.NotEmpty(sources);
        var violations = LayerCheck.Violations(Assemblies[assembly], sources, assembly);
        Assert.True(violations.Count == 0, string.Join('\n', violations));
    }

    [Fact]
    public void Project_references_follow_the_arrows()
    {
        var projects = SourceTree.Files().Where(path => path.EndsWith(".csproj", StringComparison.Ordinal) && (path.StartsWith("src/", StringComparison.Ordinal) || path.StartsWith("generators/", StringComparison.Ordinal))).ToArray();

        Assert.Equal(Arrows.Keys.Order(StringComparer.Ordinal), projects.Select(project => Path.GetFileNameWithoutExtension(project)).Order(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var project in projects)
        {
            // An analyzer that travels along is no reference of the code.
            var references = XDocument.Parse(SourceTree.Read(project)).Descendants("ProjectReference")
                .Where(reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
                .Select(reference => Path.GetFileNameWithoutExtension(((string)reference.Attribute("Include")!).Replace('\\', '/')));
            Assert.Equal(Arrows[Path.GetFileNameWithoutExtension(project)], references, StringComparer.Ordinal);
        }
    }
}
