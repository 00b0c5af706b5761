using System.Diagnostics;
using System.Globalization;
using System.Text;
using XmppRpc.TestKit.Servers;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Interop;

/// <summary>Every character that Python's tables know, against the rules of RFC 8264 as Python works them out.</summary>
public sealed class PrecisTests
{
    // Refused on purpose: their small letters depend on context or reader, or they end the local part.
    private const string Refused = "\u0130\u03A3\"&'/:<>@";

    [Fact]
    public async Task Every_character_is_prepared_as_the_rules_have_it()
    {
        await ServerPackages.EnsureSlixmppInstalledAsync();
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Interop", "precis.py")]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var wrong = new List<string>();
        var lines = 0;
        while (await python.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            lines++;
            if (line.Split(';') is [var code, var kind, var lower, var opaque] && Complaint(new Rune(int.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture)), kind, lower, opaque) is { } complaint)
                wrong.Add($"U+{code} {kind}: {complaint}");
        }
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, python.ExitCode);
        Assert.InRange(lines, 140_000, 1_200_000);
        Assert.Empty(wrong);
    }

    private static string? Complaint(Rune rune, string kind, string lower, string opaque)
    {
        var resource = Jid.TryParse($"a@b/{rune}", out var jid) ? Show(jid.Resource!) : null;
        // U+0387 becomes a middle dot, which is out of its place here.
        if (rune.Value != 0x387 && resource != (kind == "disallowed" ? null : opaque))
            return $"the resource is {resource ?? "refused"}";
        // Full-width forms are what their mappings are.
        if (rune.Value is >= 0xFF01 and <= 0xFFEE)
            return null;
        var local = Local($"q{rune}", 1) ?? Local($"\u05D0{rune}", 1) ?? Local($"\u05D0{rune}\u05D0", 1, 1);
        return local == (kind == "valid" && !Refused.Contains(rune.ToString(), StringComparison.Ordinal) ? lower : null) ? null : $"the local part is {local ?? "refused"}";
    }

    // In words of both directions, so that the Bidi Rule is kept by one; q composes with no mark.
    private static string? Local(string text, int before, int after = 0) =>
        Jid.TryParse($"{text}@b", out var jid) && jid.Local is { } local ? Show(local[before..^after]) : null;

    private static string Show(string text) => string.Join(' ', text.EnumerateRunes().Select(rune => rune.Value.ToString("X", CultureInfo.InvariantCulture)));
}
