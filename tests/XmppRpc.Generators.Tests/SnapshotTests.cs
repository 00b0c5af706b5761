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
