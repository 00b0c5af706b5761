namespace XmppRpc.Xmpp.Xml;

/// <summary>Why an element is not given although it is known where it ends: it is over a cap, or ill-formed inside.</summary>
/// <param name="Condition">The stream error of an entity that does not skip (RFC 6120 §4.9.3).</param>
/// <param name="What">What the element has.</param>
internal sealed record Refusal(string Condition, string What)
{
    public static Refusal OverCap(string what) => new("policy-violation", what);

    public static Refusal NotWellFormed(string what) => new("not-well-formed", what);

    public static Refusal BadPrefix(string what) => new("bad-namespace-prefix", what);
}
