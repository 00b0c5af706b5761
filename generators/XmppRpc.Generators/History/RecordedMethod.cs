namespace XmppRpc.Generators.History;

/// <summary>
/// One line of <c>RpcContracts.txt</c>: <c>acme.orders 1 find(text: string, max: int = 10) -> Order</c>, with <c>*RETIRED*</c> before it where the method is gone for good.
/// </summary>
internal sealed record RecordedMethod(string Contract, int Version, string Name, string Parameters, string Result, bool IsRetired)
{
    public const string Retired = "*RETIRED* ";

    private const string Arrow = " -> ";

    public string Text => $"{(IsRetired ? Retired : "")}{Contract} {Version} {Name}({Parameters}){Arrow}{Result}";

    /// <summary>What the line says; null for a comment, an empty line, or one that says nothing known.</summary>
    public static RecordedMethod? Parse(string line)
    {
        var text = line.Trim();
        var isRetired = text.StartsWith(Retired, StringComparison.Ordinal);
        if (isRetired)
            text = text.Substring(Retired.Length).TrimStart();
        var words = text.Split([' '], 3);
        if (text.StartsWith("#", StringComparison.Ordinal) || words.Length < 3 || !int.TryParse(words[1], out var version))
            return null;
        var open = words[2].IndexOf('(');
        var arrow = words[2].LastIndexOf(")" + Arrow, StringComparison.Ordinal);
        return open < 1 || arrow < open
            ? null
            : new RecordedMethod(words[0], version, words[2].Substring(0, open), words[2].Substring(open + 1, arrow - open - 1), words[2].Substring(arrow + 1 + Arrow.Length), isRetired);
    }

    /// <summary>Why programs that know this method as it was recorded cannot talk to it as it is now; null if they can.</summary>
    public string? Break(RecordedMethod now)
    {
        if (!string.Equals(Result, now.Result, StringComparison.Ordinal))
            return $"its result was '{Result}'";
        var before = ByName(Parameters);
        var after = ByName(now.Parameters);
        foreach (var was in before)
            if (!after.TryGetValue(was.Key, out var parameter))
                return $"parameter '{was.Key}' is gone";
            else if (!string.Equals(parameter, was.Value, StringComparison.Ordinal))
                return $"a parameter was '{was.Value}'";
        // Who does not know a parameter leaves it out; progress is nothing that is sent.
        return after.Where(parameter => !before.ContainsKey(parameter.Key) && !parameter.Value.Contains(" = ") && !parameter.Value.Contains(": progress of ")).Select(parameter => $"parameter '{parameter.Key}' is new and has no default").FirstOrDefault();
    }

    // The file may be edited by hand, so a name may come twice.
    private static Dictionary<string, string> ByName(string parameters)
    {
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var parameter in Split(parameters))
            byName[NameOf(parameter)] = parameter;
        return byName;
    }

    private static string NameOf(string parameter) => parameter.Substring(0, Math.Max(0, parameter.IndexOf(':')));

    // At commas outside of type arguments, tuples and texts.
    private static IEnumerable<string> Split(string parameters)
    {
        var (start, depth, isText) = (0, 0, false);
        for (var i = 0; i < parameters.Length; i++)
        {
            if (parameters[i] is '"' && (i == 0 || parameters[i - 1] != '\\'))
                isText = !isText;
            else if (!isText && parameters[i] is '<' or '(' or '[')
                depth++;
            else if (!isText && parameters[i] is '>' or ')' or ']')
                depth--;
            else if (!isText && depth == 0 && parameters[i] == ',')
            {
                yield return parameters.Substring(start, i - start).Trim();
                start = i + 1;
            }
        }
        if (parameters.Trim().Length > 0)
            yield return parameters.Substring(start).Trim();
    }
}
