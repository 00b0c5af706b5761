using System.Globalization;
using Microsoft.CodeAnalysis.CSharp;

namespace XmppRpc.Generators.Emitting;

/// <summary>Values as C# literals, and names that are still free.</summary>
internal static class CSharp
{
    public static string Text(string value) => SymbolDisplay.FormatLiteral(value, quote: true);

    public static string Utf8(string value) => Text(value) + "u8";

    public static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture) + "D";

    /// <summary>The wish, or it with the first number that makes it free.</summary>
    public static string Free(string wish, ICollection<string> taken)
    {
        var name = wish;
        for (var i = 2; taken.Contains(name); i++)
            name = wish + i.ToString(CultureInfo.InvariantCulture);
        return name;
    }
}
