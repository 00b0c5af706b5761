namespace XmppRpc;

/// <summary>Ties all frames of a call: 1 to 64 characters of <c>A-Z a-z 0-9 _ . -</c>.</summary>
public readonly record struct RpcCallId
{
    private readonly string? _value;

    /// <summary>Checks and takes the text; <see cref="ArgumentException"/> if it has another form.</summary>
    public RpcCallId(string value)
    {
        if (!IsValid(value))
            throw new ArgumentException("A call id has 1 to 64 characters of A-Z, a-z, 0-9, '_', '.' and '-'.", nameof(value));
        _value = value;
    }

    /// <summary>Whether the text has the form of a call id.</summary>
    public static bool IsValid(string? value)
    {
        if (value is not { Length: >= 1 and <= 64 })
            return false;
        foreach (var c in value)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'))
                return false;
        return true;
    }

    /// <summary>The text.</summary>
    public override string ToString() => _value ?? "";
}
