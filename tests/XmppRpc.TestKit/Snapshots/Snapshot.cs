using System.Runtime.CompilerServices;
using System.Text;
using Xunit;

namespace XmppRpc.TestKit.Snapshots;

/// <summary>
/// Compares text with a file that was read and accepted by a person. Files are named and written as Verify does it, so that Verify can take over:
/// <c>Snapshots/name.verified.txt</c> beside the test, UTF-8 with a byte order mark, line feeds, no final newline.
/// </summary>
public static class Snapshot
{
    /// <summary>The environment variable that, set to 1, makes every received text the verified one.</summary>
    public const string AcceptVariable = "ACCEPT_SNAPSHOTS";

    /// <summary>Fails when the text differs from the verified file, or there is none, and leaves <c>name.received.txt</c> beside it.</summary>
    public static void Match(string actual, string name, string extension = "txt", [CallerFilePath] string testFile = "") =>
        Match(actual, Path.Combine(Path.GetDirectoryName(testFile)!, "Snapshots"), name, extension, accept: Environment.GetEnvironmentVariable(AcceptVariable) == "1");

    internal static void Match(string actual, string folder, string name, string extension, bool accept)
    {
        var verifiedFile = Path.Combine(folder, $"{name}.verified.{extension}");
        var receivedFile = Path.Combine(folder, $"{name}.received.{extension}");
        var received = actual.ReplaceLineEndings("\n").TrimEnd('\n');
        var verified = File.Exists(verifiedFile) ? File.ReadAllText(verifiedFile) : null;
        if (received == verified)
        {
            File.Delete(receivedFile);
            return;
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(accept ? verifiedFile : receivedFile, received, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        if (accept)
            File.Delete(receivedFile);
        else
            Assert.Fail($"{Difference(verified, received)}\nReceived: {receivedFile}\nRead it; if it is right, run the test again with {AcceptVariable}=1.");
    }

    private static string Difference(string? verified, string received)
    {
        if (verified is null)
            return "There is no verified snapshot yet.";
        var (expected, actual) = (verified.Split('\n'), received.Split('\n'));
        var line = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        return $"The snapshot differs from line {line + 1} on.\nVerified: {expected.ElementAtOrDefault(line) ?? "(end)"}\nReceived: {actual.ElementAtOrDefault(line) ?? "(end)"}";
    }
}
