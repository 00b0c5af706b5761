namespace XmppRpc.TestKit;

/// <summary>Where the repository lies, found upwards from the running test assembly.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>XmppRpc.sln</c>.</summary>
    public static string Path { get; } = Find();

    /// <summary>The full path of a file or folder, given relative to the root with <c>/</c> between its parts.</summary>
    public static string Combine(string relativePath) => System.IO.Path.Combine(Path, relativePath);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "XmppRpc.sln")))
                return folder.FullName;
        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds XmppRpc.sln; run the tests from a checkout.");
    }
}
