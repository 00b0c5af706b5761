using System.Globalization;
using System.Runtime.CompilerServices;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.TestKit.Faults;

/// <summary>Which top-level elements of one direction a fault is for: stanzas and nonzas, among them stream features, SASL and stream management. Immutable; counting begins anew with each connection.</summary>
public sealed class Stanzas
{
    private readonly Func<Random, Func<XmppElement, bool>> _begin;
    private readonly string _text;

    private Stanzas(Func<Random, Func<XmppElement, bool>> begin, string text) => (_begin, _text) = (begin, text);

    /// <summary>Every one.</summary>
    public static Stanzas All { get; } = new(_ => _ => true, "Stanzas.All");

    /// <summary>Those with that local name, for example <c>message</c>, <c>iq</c>, <c>enabled</c> or <c>r</c>.</summary>
    public static Stanzas Named(string name) => new(_ => stanza => stanza.Name == name, $"Stanzas.Named(\"{name}\")");

    /// <summary>Those that meet the condition.</summary>
    public static Stanzas Where(Func<XmppElement, bool> condition, [CallerArgumentExpression(nameof(condition))] string text = "") =>
        new(_ => condition, $"Stanzas.Where({text})");

    /// <summary>Of these, all but the first <paramref name="count"/>.</summary>
    public Stanzas Skip(int count) => Narrowed(_ =>
    {
        var left = count;
        return () => left-- <= 0;
    }, string.Create(CultureInfo.InvariantCulture, $"Skip({count})"));

    /// <summary>Of these, the first <paramref name="count"/>.</summary>
    public Stanzas Take(int count) => Narrowed(_ =>
    {
        var left = count;
        return () => left-- > 0;
    }, string.Create(CultureInfo.InvariantCulture, $"Take({count})"));

    /// <summary>Of these, each with that probability, drawn from the proxy's seed.</summary>
    public Stanzas Chance(double probability) =>
        Narrowed(random => () => random.NextDouble() < probability, string.Create(CultureInfo.InvariantCulture, $"Chance({probability})"));

    /// <summary>As it would be written in C#.</summary>
    public override string ToString() => _text;

    internal Func<Piece, bool> Begin(Random random)
    {
        var isMeant = _begin(random);
        return piece => piece.Stanza is { } stanza && isMeant(stanza);
    }

    private Stanzas Narrowed(Func<Random, Func<bool>> begin, string text) => new(random =>
    {
        var (isMeant, isTaken) = (_begin(random), begin(random));
        return stanza => isMeant(stanza) && isTaken();
    }, $"{_text}.{text}");
}
