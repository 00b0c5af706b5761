using Microsoft.CodeAnalysis.CSharp;
using XmppRpc.Generators.Tests.Harness;
using XmppRpc.TestKit.Snapshots;

namespace XmppRpc.Generators.Tests;

public sealed class SnapshotTests
{
    public static TheoryData<string> Shapes => [.. SampleContracts.All.Keys];

    public static TheoryData<string, LanguageVersion> ShapesAndLanguages =>
        [.. SampleContracts.All.Keys.SelectMany(shape => Compilations.Languages.Select(language => (shape, language)))];

    [Theory, MemberData(nameof(Shapes))]
    public void Output_of_a_shape_is_as_reviewed(string shape) => Snapshot.Match(GeneratorRun.Of(SampleContracts.All[shape]).Text, shape);

    [Theory, MemberData(nameof(ShapesAndLanguages))]
    public void Output_of_a_shape_compiles_without_a_warning(string shape, LanguageVersion language)
    {
        var run = GeneratorRun.Of(Compilations.Create(language, SampleContracts.All[shape]));

        Assert.NotEmpty(run.Result.GeneratedSources);
        Assert.Equal("", run.Output.Complaints());
    }

    [Theory, MemberData(nameof(Shapes))]
    public void Output_has_no_carriage_return(string shape) => Assert.DoesNotContain('\r', GeneratorRun.Of(SampleContracts.All[shape]).Text);

    [Fact]
    public void Contracts_whose_names_differ_in_letter_case_alone_have_files_of_their_own()
    {
        var run = GeneratorRun.Of("""
            namespace Acme { [XmppRpc.RpcContract("acme.one")] internal partial interface IUrl; [XmppRpc.RpcContract("acme.two")] internal partial interface IURL; }
            namespace acme { [XmppRpc.RpcContract("acme.three")] internal partial interface IUrl; internal partial class IUrL { [XmppRpc.RpcContract("acme.four")] internal partial interface IUrl; } }
            """);

        Assert.Equal("", run.Output.Complaints());
        Assert.Equal(["Acme.IURL.XmppRpc.g.cs", "Acme.IUrl-2.XmppRpc.g.cs", "acme.IUrL+IUrl.XmppRpc.g.cs", "acme.IUrl-3.XmppRpc.g.cs"],
            run.Result.GeneratedSources.Select(source => source.HintName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Contract_of_another_assembly_can_be_derived_from()
    {
        const string Usings = "#nullable enable\nusing System.Threading.Tasks; using XmppRpc; namespace Acme; ";
        var shared = GeneratorRun.Of(Usings + """
            /// <summary>Documented.</summary>
            public enum Kind { /// <summary>Documented.</summary>
            A }
            /// <summary>Documented.</summary>
            [RpcContract("acme.shared", Version = 4, TimeoutSeconds = 2)] public partial interface IShared {
            /// <summary>Documented.</summary>
            [RpcMethod("look", Idempotent = true)] Task<string?> GetAsync(Kind kind = Kind.A, string? text = null, decimal price = 1.5m); }
            """);
        var derived = Compilations.Create(Usings + "[RpcContract(\"acme.derived\")] internal partial interface IDerived : IShared { Task OwnAsync(); }");

        var run = GeneratorRun.Of(derived.WithAssemblyName("Derived").AddReferences(shared.Output.ToReference()));

        Assert.Equal("", run.Output.Complaints());
        Snapshot.Match(run.Text, "OtherAssembly");
    }
}
