namespace XmppRpc.Generators.Parsing;

/// <summary>Why something cannot be part of a contract.</summary>
/// <param name="InsideOf">The type that would be data but for a stream, progress or deferred result inside of it, for people; null where the type itself is refused.</param>
internal sealed record Refusal(string Reason, string? InsideOf = null);
