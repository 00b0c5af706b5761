using Microsoft.CodeAnalysis.CSharp;
using XmppRpc.Generators.Tests.Harness;

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
}
