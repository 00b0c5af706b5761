namespace XmppRpc.Tests.House;

public class FileSizeTests
{
    [Theory]
    [InlineData("src", 500)]
    [InlineData("generators", 500)]
    [InlineData("samples", 500)]
    [InlineData("tests", 800)]
    public void No_source_file_is_longer_than_the_house_allows(string folder, int limit)
    {
        var files = SourceTree.Files(folder).Where(path => path.EndsWith(".cs", StringComparison.Ordinal) && !path.EndsWith(".verified.cs", StringComparison.Ordinal)).ToArray();

        Assert.NotEmpty(files);
        Assert.DoesNotContain(files, path => SourceTree.Read(path).Count('\n') > limit);
    }
}
