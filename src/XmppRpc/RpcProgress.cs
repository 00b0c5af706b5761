namespace XmppRpc;

/// <summary>How far a call is.</summary>
/// <param name="Fraction">0 to 1, or null if unknown.</param>
/// <param name="Text">A word for people, or null.</param>
public sealed record RpcProgress(double? Fraction = null, string? Text = null);
