using XmppRpc.TestKit;

namespace XmppRpc.Tests.House;

/// <summary>The files of the repository, without what builds and editors leave behind.</summary>
internal static class SourceTree
{
    private static readonly HashSet<string> IgnoredFolders = new(StringComparer.Ordinal) { "bin", "obj", ".git", ".vs", ".idea", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts" };

    /// <summary>Paths relative to the root, with <c>/</c>, in ordinal order; of one folder, if given.</summary>
    public static IReadOnlyList<string> Files(string folder = "") =>
        [.. Walk(new DirectoryInfo(RepositoryRoot.Combine(folder))).Select(file => Path.GetRelativePath(RepositoryRoot.Path, file.FullName).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    public static string Read(string path) => File.ReadAllText(RepositoryRoot.Combine(path));

    // In a second work tree .git is a file.
    private static IEnumerable<FileInfo> Walk(DirectoryInfo folder) =>
        folder.EnumerateFiles().Where(file => file.Name != ".git" && !file.Name.Contains(".received.", StringComparison.Ordinal) && file.Extension != ".user")
            .Concat(folder.EnumerateDirectories().Where(child => !IgnoredFolders.Contains(child.Name)).SelectMany(Walk));
}
