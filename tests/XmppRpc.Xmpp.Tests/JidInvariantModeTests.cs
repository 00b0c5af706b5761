using System.Diagnostics;

namespace XmppRpc.Xmpp.Tests;

/// <summary>Invariant globalization (InvariantGlobalization=true) cannot normalise: only ASCII is sure there. It is fixed for a process, so that a second one is needed.</summary>
public sealed class JidInvariantModeTests
{
    private const string Mode = "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT";

    [Fact]
    public async Task Without_normalization_only_ascii_is_prepared()
    {
        var token = TestContext.Current.CancellationToken;
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, typeof(JidInvariantModeTests).Assembly.GetName().Name!),
            ["-method", $"{typeof(JidInvariantModeTests).FullName}.{nameof(Inside)}", "-explicit", "only"])
        { UseShellExecute = false, RedirectStandardOutput = true, Environment = { [Mode] = "1" } };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(token);
        await process.WaitForExitAsync(token);
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1", StringComparison.Ordinal), output);
    }

    [Fact(Explicit = true)]
    public void Inside()
    {
        Assert.Equal("1", Environment.GetEnvironmentVariable(Mode));
        Assert.Equal("alice@example.org/Desk", Jid.Parse("ALICE@Example.org./Desk").ToString());
        foreach (var text in new[] { "\u00E4@b", "e\u0301@b", "\uFF41@b", "\u3007@b", "a@\u00E4.b", "a@xn--strae-oqa.example", "a@b/\u00E4", "a@b/\u2603", "a@b/x\u00A0y" })
            Assert.False(Jid.TryParse(text, out _), text);
    }
}
