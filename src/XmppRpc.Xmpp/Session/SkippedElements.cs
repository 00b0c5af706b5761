using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Session;

/// <summary>Counts what was passed over, and names each sender once in the log (F-19).</summary>
internal sealed class SkippedElements(ILogger log)
{
    /// <summary>Senders that are named; a bound, because anybody can be one.</summary>
    private const int MaxNamedSenders = 256;

    private readonly HashSet<string> _named = new(StringComparer.Ordinal);
    private long _count;

    public long Count => Interlocked.Read(ref _count);

    public void Note(XmppNode skipped, Jid self)
    {
        Interlocked.Increment(ref _count);
        var from = skipped.Element?.Attribute("from");
        var sender = Jid.TryParse(from, out var jid) ? jid.Bare.ToString() : from ?? "an unnamed sender";
        if (_named.Count < MaxNamedSenders && _named.Add(sender))
            XmppLog.Skipped(log, self, RemoteText.Show(sender), RemoteText.Show(skipped.Reason));
    }
}
