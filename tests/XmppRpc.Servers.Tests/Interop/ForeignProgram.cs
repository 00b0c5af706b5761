using System.Diagnostics;

namespace XmppRpc.Servers.Tests.Interop;

/// <summary>A program that speaks XMPP with another library.</summary>
internal static class ForeignProgram
{
    /// <summary>The samples of text that every library has to carry: scripts, signs that XML escapes, composed and decomposed letters.</summary>
    public const string Sample = "Gr\u00FC\u00DFe \u4F60\u597D \U0001F389 \"quoted\" 'single' <b>&amp;</b> ]]> e\u0301 \u200F";

    /// <summary>Runs it to its end and returns all that it said; not a clean end fails the test. It is killed when the test is cancelled.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PYTHONIOENCODING"] = "utf-8" } })!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var said = await output + await errors;
            Assert.True(process.ExitCode == 0, $"{Path.GetFileName(program)} ended with {process.ExitCode}: {said}");
            return said;
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
