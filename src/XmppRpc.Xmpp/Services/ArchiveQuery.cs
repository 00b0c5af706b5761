using System.Security.Cryptography;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>
/// Catches up with the archive of one's own account (XEP-0313), page by page from where it was left. Results arrive among the received messages: give each message to
/// <see cref="TryTake"/> first, and read on with <see cref="XmppServices"/>' <c>CatchUpAsync</c> meanwhile. One query is one run through the archive; after a failure a new
/// one begins behind the last message that was worked off. It is safe to take and to read at the same time.
/// </summary>
public sealed class ArchiveQuery
{
    private readonly Lock _lock = new();
    private readonly Jid _account;
    private readonly int _pageSize;
    private readonly string _id = RandomNumberGenerator.GetHexString(24, lowercase: true);
    private readonly Jid? _with;
    private ArchivePage? _page;
    private string? _after;
    private DateTimeOffset? _start;
    private int _missing;
    private int _entered;

    /// <summary>Begins behind the archive id <paramref name="after"/>; if the archive no longer has it, or it is null, at <paramref name="start"/>; if that is null too, at the beginning.</summary>
    /// <param name="account">The own account.</param>
    /// <param name="after">The <see cref="ArchivedMessage.Id"/> (or stanza-id, XEP-0359) that was seen last, or null.</param>
    /// <param name="start">When it was seen, or null; messages from then on may come a second time.</param>
    /// <param name="with">Only messages from or to this address, or null for all.</param>
    /// <param name="pageSize">Messages of one page, which are held in memory, 1 to 1000; servers give fewer if they like (Prosody 50).</param>
    public ArchiveQuery(Jid account, string? after = null, DateTimeOffset? start = null, Jid? with = null, int pageSize = 50)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pageSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pageSize, 1000);
        (_account, _after, _start, _with, _pageSize) = (account.Bare, after, start, with, pageSize);
    }

    /// <summary>Whether the end of the archive was reached.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Results that named a message but could not be used: without id, time or message, or never received because the reader passed over them (each page whose end is missing counts once).</summary>
    public int Missing => Volatile.Read(ref _missing);

    /// <summary>
    /// Whether the message is a result of this query, which then has it; it is to be used for nothing else. Only the own account's archive is believed, which says so in
    /// <c>from</c> or leaves it out, and only under this query's id while a page is awaited: what others forge stays an ordinary message.
    /// </summary>
    public bool TryTake(Message message)
    {
        if (message.Element.Child("result", XmppNames.Archive) is not { } result || !string.Equals(result.Attribute("queryid"), _id, StringComparison.Ordinal) || message.IsError)
            return false;
        if (message.Element.Attribute("from") is not null && message.From != _account)
            return false;
        lock (_lock)
        {
            if (_page is null)
                return false;
            if (ArchivedMessage.Read(result) is not { } archived || !_page.TryAdd(archived))
                _missing++;
            return true;
        }
    }

    /// <summary>Begins the one run.</summary>
    internal void Enter()
    {
        if (Interlocked.Exchange(ref _entered, 1) != 0)
            throw new InvalidOperationException("This archive query is read already; make a new one, behind the last message that was worked off.");
    }

    /// <summary>The request for the next page, which is open from now on.</summary>
    internal Iq OpenPage()
    {
        lock (_lock)
        {
            _page = new ArchivePage(_pageSize);
        }
        List<(string, string)> conditions = [];
        if (_with is not null)
            conditions.Add(("with", _with.ToString()));
        if (_start is { } start && _after is null)
            conditions.Add(("start", XmppDateTime.Format(start)));
        return new Iq("set", new XmppElement("query", XmppNames.Archive).Set("queryid", _id)
            .Add(XmppForm.Of("submit", XmppNames.Archive, conditions).ToElement())
            .Add(ResultSet.Demand(_pageSize, _after)));
    }

    /// <summary>Whether the query can go on from a time instead, because the archive has forgotten the id (XEP-0059, XEP-0313).</summary>
    internal bool TryFallBack()
    {
        Leave();
        lock (_lock)
        {
            var had = _after is not null;
            _after = null;
            return had;
        }
    }

    /// <summary>No result is awaited any more.</summary>
    internal void Leave()
    {
        lock (_lock)
            _page = null;
    }

    /// <summary>Completes when all results of the answered page were taken; the messages then are of <see cref="ClosePage"/>.</summary>
    internal Task PageFilled(Iq answer)
    {
        var (_, last) = ResultSet.Read(Fin(answer));
        lock (_lock)
            return last is null ? Task.CompletedTask : _page!.Until(last);
    }

    /// <summary>The messages of the page, in order. The next page begins behind the last one that the archive named.</summary>
    internal IReadOnlyList<ArchivedMessage> ClosePage(Iq answer)
    {
        var fin = Fin(answer);
        var (_, last) = ResultSet.Read(fin);
        lock (_lock)
        {
            var page = _page!;
            _page = null;
            if (last is not null && !page.Until(last).IsCompleted)
                _missing++;
            IsComplete = fin.Attribute("complete") is "true" or "1" || last is null;
            if (!IsComplete && string.Equals(last, _after, StringComparison.Ordinal))
                throw new XmppAnswerException($"The archive of {_account} does not get beyond one message; it named the same one as the last of two pages.");
            _after = last;
            if (page.Messages is [.., var newest])
                _start = newest.Stamp;
            return page.Messages;
        }
    }

    private XmppElement Fin(Iq answer) => answer.Payload is { } fin && fin.Is("fin", XmppNames.Archive) ? fin
        : throw new XmppAnswerException($"The archive of {_account} answered without fin; it does not speak {XmppNames.Archive}.");
}
