using System.Runtime.CompilerServices;

namespace XmppRpc.Generators.Tests.Harness;

/// <summary>Compares a text with <c>Snapshots/Name.verified.txt</c> beside the test; what differs is written as <c>Name.received.txt</c> to be looked at and renamed.</summary>
internal static class Snapshot
{
    public static void Match(string text, string name, [CallerFilePath] string test = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(test)!, "Snapshots", name);
        var verified = File.Exists(path + ".verified.txt") ? File.ReadAllText(path + ".verified.txt") : null;
        if (!string.Equals(verified, text, StringComparison.Ordinal))
            File.WriteAllText(path + ".received.txt", text);
        Assert.Equal(verified, text);
        File.Delete(path + ".received.txt");
    }
}
