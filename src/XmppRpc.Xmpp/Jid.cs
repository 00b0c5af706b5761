using System.Diagnostics.CodeAnalysis;

namespace XmppRpc.Xmpp;

/// <summary>
/// An XMPP address <c>local@domain/resource</c> (RFC 7622), prepared on creation and compared ordinally after that. Immutable.
/// What cannot be prepared for sure (the Kelvin sign, joiners, mixed directions, unassigned characters …) is refused, never guessed.
/// </summary>
public sealed class Jid : IEquatable<Jid>, IParsable<Jid>
{
    private readonly string _text;
    private Jid? _bare;
    private int _hash;

    private Jid(string? local, string domain, string? resource, string? original = null)
    {
        Local = local;
        Domain = domain;
        Resource = resource;
        _text = original is not null && IsPrepared(original) ? original : (local, resource) switch
        {
            (null, null) => domain,
            (null, _) => $"{domain}/{resource}",
            (_, null) => $"{local}@{domain}",
            _ => $"{local}@{domain}/{resource}",
        };
    }

    /// <summary>The part before <c>@</c> in lower case, or null.</summary>
    public string? Local { get; }
    /// <summary>The domain in lower case, without a trailing dot, an internationalised one in its Unicode form; an IPv6 address stands in brackets.</summary>
    public string Domain { get; }
    /// <summary>The part after <c>/</c>, or null. Upper and lower case differ.</summary>
    public string? Resource { get; }
    /// <summary>Whether there is no resource.</summary>
    public bool IsBare => Resource is null;
    /// <summary>This JID without its resource (itself if bare; the same instance each time).</summary>
    public Jid Bare => Resource is null ? this : _bare ?? Interlocked.CompareExchange(ref _bare, new Jid(Local, Domain, null), null) ?? _bare;

    /// <summary>This JID's bare part with another resource.</summary>
    /// <exception cref="FormatException">The resource is empty, longer than 1023 bytes or holds characters that it must not.</exception>
    public Jid WithResource(string resource)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var prepared = JidPart.Resource(resource, out var error);
        return prepared is null ? throw Malformed(resource, error) : new Jid(Local, Domain, prepared) { _bare = Bare };
    }

    /// <summary>Reads a JID; surrounding white space is not removed.</summary>
    /// <exception cref="FormatException">It is none; the message names the part, and the character as a code point.</exception>
    public static Jid Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Read(text, out var error) ?? throw Malformed(text, error);
    }

    /// <summary>Reads a JID, or returns false.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Jid? jid)
    {
        jid = text is null ? null : Read(text, out _);
        return jid is not null;
    }

    static Jid IParsable<Jid>.Parse(string s, IFormatProvider? provider) => Parse(s);
    static bool IParsable<Jid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Jid result) => TryParse(s, out result);

    /// <inheritdoc/>
    public bool Equals(Jid? other) => ReferenceEquals(this, other) || other is not null && string.Equals(_text, other._text, StringComparison.Ordinal);
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Jid);
    /// <inheritdoc/>
    public override int GetHashCode() => _hash != 0 ? _hash : _hash = _text.GetHashCode(StringComparison.Ordinal);
    /// <summary>The prepared text form.</summary>
    public override string ToString() => _text;
    /// <summary>Ordinal equality of the prepared forms.</summary>
    public static bool operator ==(Jid? left, Jid? right) => left is null ? right is null : left.Equals(right);
    /// <summary>Ordinal inequality of the prepared forms.</summary>
    public static bool operator !=(Jid? left, Jid? right) => !(left == right);

    // RFC 7622 §3.1: first the resource is cut at the first '/', then the local part at the first '@'.
    private static Jid? Read(string text, out string error)
    {
        string? local = null, resource = null;
        var rest = text.AsSpan();
        var slash = rest.IndexOf('/');
        if (slash >= 0)
        {
            if ((resource = JidPart.Resource(rest[(slash + 1)..], out error)) is null)
                return null;
            rest = rest[..slash];
        }
        var at = rest.IndexOf('@');
        if (at >= 0 && (local = JidPart.Local(rest[..at], out error)) is null)
            return null;
        return JidPart.Domain(rest[(at + 1)..], out error) is { } domain ? new Jid(local, domain, resource, text) : null;
    }

    // Most addresses arrive as they are prepared; their text is then kept, not made anew.
    private bool IsPrepared(ReadOnlySpan<char> text)
    {
        if (Local is not null)
        {
            if (!text.StartsWith(Local) || text[Local.Length] != '@')
                return false;
            text = text[(Local.Length + 1)..];
        }
        return text.StartsWith(Domain) && (Resource is null ? text.Length == Domain.Length : text[Domain.Length] == '/' && text[(Domain.Length + 1)..].SequenceEqual(Resource));
    }

    private static FormatException Malformed(string text, string error)
    {
        var shown = string.Concat(text.Take(80).Select(c => c is > ' ' and < '\x7F' ? c.ToString() : $"\\u{(int)c:X4}"));
        return new FormatException($"'{shown}' is no JID: {error}.");
    }
}
