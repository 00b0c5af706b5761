using System.Diagnostics.CodeAnalysis;

namespace XmppRpc.Xmpp;

/// <summary>An XMPP address <c>local@domain/resource</c> (RFC 7622), prepared on creation and compared ordinally after that. Immutable.</summary>
public sealed class Jid : IEquatable<Jid>, IParsable<Jid>
{
    /// <summary>The part before <c>@</c>, or null.</summary>
    public string? Local => throw new NotImplementedException();
    /// <summary>The domain.</summary>
    public string Domain => throw new NotImplementedException();
    /// <summary>The part after <c>/</c>, or null.</summary>
    public string? Resource => throw new NotImplementedException();
    /// <summary>Whether there is no resource.</summary>
    public bool IsBare => Resource is null;
    /// <summary>This JID without its resource (itself if bare; the same instance each time).</summary>
    public Jid Bare => throw new NotImplementedException();
    /// <summary>This JID's bare part with another resource.</summary>
    public Jid WithResource(string resource) => throw new NotImplementedException();

    /// <summary>Reads a JID; <see cref="FormatException"/> names the part that is wrong.</summary>
    public static Jid Parse(string text) => throw new NotImplementedException();
    /// <summary>Reads a JID, or returns false.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Jid? jid) => throw new NotImplementedException();

    static Jid IParsable<Jid>.Parse(string s, IFormatProvider? provider) => Parse(s);
    static bool IParsable<Jid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out Jid result) => TryParse(s, out result);

    /// <inheritdoc/>
    public bool Equals(Jid? other) => throw new NotImplementedException();
    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Jid);
    /// <inheritdoc/>
    public override int GetHashCode() => throw new NotImplementedException();
    /// <summary>The prepared text form.</summary>
    public override string ToString() => throw new NotImplementedException();
    /// <summary>Ordinal equality of the prepared forms.</summary>
    public static bool operator ==(Jid? left, Jid? right) => left is null ? right is null : left.Equals(right);
    /// <summary>Ordinal inequality of the prepared forms.</summary>
    public static bool operator !=(Jid? left, Jid? right) => !(left == right);
}
