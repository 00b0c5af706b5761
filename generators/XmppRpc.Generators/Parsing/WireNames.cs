namespace XmppRpc.Generators.Parsing;

/// <summary>Names on the wire.</summary>
internal static class WireNames
{
    public const int MaxFaultCode = 64, MaxHeaderName = 64;

    private const string AsyncSuffix = "Async";

    /// <summary>A method's name unless the contract gives another: without <c>Async</c>, in camelCase.</summary>
    public static string OfMethod(string name)
    {
        var bare = BareMethodName(name);
        // An acronym at the start is one word: HTTPGet is httpGet, ID is id.
        var upper = bare.TakeWhile(char.IsUpper).Count();
        var lower = upper > 1 && upper < bare.Length && char.IsLower(bare[upper]) ? upper - 1 : upper;
        return bare.Substring(0, lower).ToLowerInvariant() + bare.Substring(lower);
    }

    /// <summary>A method's C# name without <c>Async</c>.</summary>
    public static string BareMethodName(string name) =>
        name.Length > AsyncSuffix.Length && name.EndsWith(AsyncSuffix, StringComparison.Ordinal) ? name.Substring(0, name.Length - AsyncSuffix.Length) : name;

    public static bool IsContractName(string name) => name.Length > 0 && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '.' or '-');

    public static bool IsMethodName(string name) => name.Length > 0 && name.All(c => char.IsLetterOrDigit(c) || c is '_' or '.' or '-');

    public static bool IsFaultCode(string code) => code.Length <= MaxFaultCode && IsContractName(code);

    public static bool IsHeaderName(string name) =>
        name.Length is > 0 and <= MaxHeaderName && name.All(c => c is >= 'a' and <= 'z' or >= 'A' and <= 'Z' or >= '0' and <= '9' or '-' or '_' or '.');
}
