namespace XmppRpc.TestKit.Faults;

/// <summary>What one fault on one connection works with.</summary>
/// <param name="Random">Its own randomness, from the proxy's seed.</param>
/// <param name="Time">Where time comes from.</param>
/// <param name="Report">Writes to the trace: the bytes before, and what happened.</param>
/// <param name="Answer">Sends a piece in the opposite direction.</param>
internal sealed record FaultRun(Random Random, TimeProvider Time, Action<long, string> Report, Action<Piece> Answer);
