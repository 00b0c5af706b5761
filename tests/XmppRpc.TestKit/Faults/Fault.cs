using System.Runtime.CompilerServices;
using XmppRpc.TestKit.Faults.Verbs;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.TestKit.Faults;

/// <summary>
/// Something that goes wrong in one direction of a connection. Immutable: one fault may serve in many scripts and connections.
/// A fault is a transformation of the pieces that pass; it pulls from what is before it, so that whoever waits lets the sender's window fill.
/// </summary>
/// <remarks>
/// Faults that take away, add or repeat whole stanzas (<see cref="Drop"/>, <see cref="Duplicate"/>, <see cref="Inject"/>, <see cref="Answer"/>) shift the counters of stream management (XEP-0198):
/// each side counts what it handled, so a stanza dropped here leaves the sender's <c>h</c> one behind for ever and the wrong stanza is held to be lost; one added makes <c>h</c> too high, which ends the
/// stream. Use them where no stream management is in force, or drop on another leg: the one between the XMPP server and the other peer.
/// </remarks>
public abstract class Fault
{
    private protected Fault()
    {
    }

    internal virtual bool NeedsStanzas => false;

    internal virtual bool BreaksStanzas => false;

    /// <summary>Ends the connection in both directions. With one end only, the other socket stays open and silent: that side does not learn of it.</summary>
    public static Fault Cut(At at, CutKind kind = CutKind.Fin, Ends ends = Ends.Both) => new Cutting(at, kind, ends);

    /// <summary>Ends this direction in order; the other one goes on.</summary>
    public static Fault HalfClose(At at) => new HalfClosing(at);

    /// <summary>Swallows this direction from then on, its end too; the other one goes on.</summary>
    public static Fault Silence(At at) => new Silencing(at);

    /// <summary>Reads nothing from then on, so that the sender's window fills, until the gate opens; without one, for ever. See <see cref="FaultProxyOptions.SocketBufferBytes"/>.</summary>
    public static Fault StopReading(At at, Gate? until = null) => new Stopping(at, until);

    /// <summary>Keeps back everything from then on until the gate opens, and goes on reading meanwhile.</summary>
    public static Fault HoldAll(At at, Gate until) => new HoldingAll(at, until);

    /// <summary>Lets everything arrive that much later, in order, from a moment on (default: from the start). Time is <see cref="FaultProxyOptions.Time"/>.</summary>
    public static Fault Delay(TimeSpan by, At? from = null) => new Delaying(from ?? At.Start, by);

    /// <summary>Passes at most so many bytes in each span of time; the sender's window fills meanwhile. Time is <see cref="FaultProxyOptions.Time"/>.</summary>
    public static Fault Bandwidth(int bytes, TimeSpan per) => new Throttling(bytes, per);

    /// <summary>
    /// Writes chunks of <paramref name="min"/> to <paramref name="max"/> bytes, whose ends depend on the seed alone, never on how the bytes came. Inside TLS each chunk is a record, and so one read; without it the
    /// receiver's kernel may join chunks. Towards an XMPP server on libexpat this shows the server's stalls (F-18), not the client's faults: see <see cref="FaultScript.Rechunked"/>.
    /// </summary>
    public static Fault Rechunk(int max = 1, int min = 1) => new Rechunking(min, max);

    /// <summary>Writes text of the test's own, well-formed or not. A whole stanza shifts the counters of stream management (see the remarks).</summary>
    public static Fault Inject(At at, string xml) => new Injecting(at, xml);

    /// <summary>Takes stanzas away. On a stream with stream management this shifts <c>h</c>: see the remarks.</summary>
    public static Fault Drop(Stanzas stanzas) => new Dropping(stanzas);

    /// <summary>Lets stanzas pass once more often for each of <paramref name="copies"/>. On a stream with stream management this shifts <c>h</c>: see the remarks.</summary>
    public static Fault Duplicate(Stanzas stanzas, int copies = 1) => new Duplicating(stanzas, copies);

    /// <summary>Lets each of these stanzas be overtaken by the next <paramref name="by"/> that are not among them; with fewer to come, by those, when the direction ends.</summary>
    public static Fault Reorder(Stanzas stanzas, int by = 1) => new Reordering(stanzas, by);

    /// <summary>Keeps these stanzas back until the gate opens, in their order; others overtake them. The end of the direction waits with them.</summary>
    public static Fault Hold(Stanzas stanzas, Gate until) => new Holding(stanzas, until);

    /// <summary>Replaces stanzas by what the function makes of them; it may change the one it is given. See <see cref="Forged"/>.</summary>
    public static Fault Rewrite(Stanzas stanzas, Func<XmppElement, XmppElement> rewrite, [CallerArgumentExpression(nameof(rewrite))] string text = "") => new Rewriting(stanzas, rewrite, text);

    /// <summary>Lets stanzas pass, and sends an answer of the proxy's own in the opposite direction, for example <see cref="Forged.Bounce"/>. That shifts the counters of stream management there (see the remarks).</summary>
    public static Fault Answer(Stanzas stanzas, Func<XmppElement, XmppElement> answer, [CallerArgumentExpression(nameof(answer))] string text = "") => new Answering(stanzas, answer, text);

    /// <summary>What leaves the fault, given what reaches it. Only the receiver of the last fault ends the pieces early, and cancels before it does: a fault goes on to their end.</summary>
    internal abstract IAsyncEnumerable<Piece> ApplyAsync(IAsyncEnumerable<Piece> pieces, FaultRun run, CancellationToken cancellationToken);
}
