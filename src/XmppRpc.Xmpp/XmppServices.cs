using System.Runtime.CompilerServices;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp;

/// <summary>
/// Questions to other entities and to the own XMPP server. All of them are iq requests (<see cref="XmppConnection.RequestAsync"/>):
/// a refusal throws <see cref="XmppStanzaException"/>, silence <see cref="TimeoutException"/>, an answer of another shape <see cref="XmppAnswerException"/>, a lost
/// connection <see cref="XmppException"/>. Cancelling ends the waiting only.
/// </summary>
public static class XmppServices
{
    /// <summary>Asks whether an entity is there (XEP-0199); null asks the own XMPP server, for which a refusal of the ping is an answer too.</summary>
    public static async Task PingAsync(this XmppConnection connection, Jid? to = null, CancellationToken cancellationToken = default)
    {
        try
        {
            await AskAsync(connection, "get", to, new("ping", XmppNames.Ping), cancellationToken).ConfigureAwait(false);
        }
        catch (XmppStanzaException e) when (to is null && e.Error.Condition is "service-unavailable" or "feature-not-implemented")
        {
            // XEP-0199 §4.2: who refuses is there
        }
    }

    /// <summary>Asks what an entity, or a node of it, is and can do (XEP-0030 §3).</summary>
    public static async Task<DiscoInfo> DiscoverAsync(this XmppConnection connection, Jid to, string? node = null, CancellationToken cancellationToken = default) =>
        Expect(DiscoInfo.Read(await AskAsync(connection, "get", to, new XmppElement("query", XmppNames.DiscoInfo).Set("node", node), cancellationToken).ConfigureAwait(false)), to, XmppNames.DiscoInfo);

    /// <summary>Asks what belongs to an entity, or to a node of it (XEP-0030 §4), in the order of the answer.</summary>
    public static async Task<IReadOnlyList<DiscoItem>> ItemsAsync(this XmppConnection connection, Jid to, string? node = null, CancellationToken cancellationToken = default) =>
        Expect(DiscoItem.ReadAll(await AskAsync(connection, "get", to, new XmppElement("query", XmppNames.DiscoItems).Set("node", node), cancellationToken).ConfigureAwait(false)), to, XmppNames.DiscoItems);

    /// <summary>Asks for name and version of the software (XEP-0092).</summary>
    public static async Task<SoftwareVersion> GetVersionAsync(this XmppConnection connection, Jid to, CancellationToken cancellationToken = default) =>
        Expect(VersionQuery.Read(await AskAsync(connection, "get", to, new("query", XmppNames.Version), cancellationToken).ConfigureAwait(false)), to, XmppNames.Version);

    /// <summary>Asks for the time, with the entity's offset from UTC (XEP-0202).</summary>
    public static async Task<DateTimeOffset> GetTimeAsync(this XmppConnection connection, Jid to, CancellationToken cancellationToken = default) =>
        EntityTime.Read(await AskAsync(connection, "get", to, new("time", XmppNames.Time), cancellationToken).ConfigureAwait(false)) ?? throw Unexpected(to, XmppNames.Time);

    /// <summary>Blocks addresses (XEP-0191): the XMPP server lets nothing through between them and this account. At least one; a bare JID stands for all its resources, a domain for all of it.</summary>
    public static Task BlockAsync(this XmppConnection connection, IReadOnlyCollection<Jid> jids, CancellationToken cancellationToken = default) =>
        jids.Count > 0 ? connection.RequestAsync(BlockList.Block(jids), cancellationToken) : throw new ArgumentException("No address to block is named.", nameof(jids));

    /// <summary>Unblocks addresses that are in the list (XEP-0191). At least one; for all see <see cref="UnblockAllAsync"/>.</summary>
    public static Task UnblockAsync(this XmppConnection connection, IReadOnlyCollection<Jid> jids, CancellationToken cancellationToken = default) =>
        jids.Count > 0 ? connection.RequestAsync(BlockList.Unblock(jids), cancellationToken) : throw new ArgumentException("No address to unblock is named.", nameof(jids));

    /// <summary>Empties the list of blocked addresses (XEP-0191 §3.5).</summary>
    public static Task UnblockAllAsync(this XmppConnection connection, CancellationToken cancellationToken = default) => connection.RequestAsync(BlockList.Unblock([]), cancellationToken);

    /// <summary>The blocked addresses (XEP-0191).</summary>
    public static async Task<IReadOnlyList<Jid>> GetBlockListAsync(this XmppConnection connection, CancellationToken cancellationToken = default) =>
        Expect(BlockList.Read((await connection.RequestAsync(BlockList.List(), cancellationToken).ConfigureAwait(false)).Payload), null, XmppNames.Blocking);

    /// <summary>
    /// The contacts of this account (RFC 6121 §2.2), in the order of the answer; contacts whose address is no valid JID are left out. From then on, until the session ends, the XMPP server tells of
    /// changes too, see <see cref="RosterItem.ReadPush"/>. A roster that is larger than <see cref="XmppConnectionOptions.Limits"/> lets in is never received: the request times out.
    /// </summary>
    public static async Task<IReadOnlyList<RosterItem>> GetRosterAsync(this XmppConnection connection, CancellationToken cancellationToken = default) =>
        Expect(RosterItem.ReadAll(await AskAsync(connection, "get", null, new("query", XmppNames.Roster), cancellationToken).ConfigureAwait(false)), null, XmppNames.Roster);

    /// <summary>
    /// The archived messages of this account from where the query begins (XEP-0313), oldest first, up to the end of the archive. They arrive among the received messages: whoever
    /// receives has to give each message to <see cref="ArchiveQuery.TryTake"/>, else this waits <paramref name="patience"/> after each page and finds nothing. What has not come by then is
    /// counted in <see cref="ArchiveQuery.Missing"/>.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="query">Where to begin; a new one for each run, else <see cref="InvalidOperationException"/>.</param>
    /// <param name="patience">How long results may be worked off after the end of their page was received; null for 30 s.</param>
    /// <param name="time">Where time comes from; null for the system.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async IAsyncEnumerable<ArchivedMessage> CatchUpAsync(
        this XmppConnection connection, ArchiveQuery query, TimeSpan? patience = null, TimeProvider? time = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        query.Enter();
        try
        {
            while (!query.IsComplete)
            {
                if (await AskForPageAsync(connection, query, cancellationToken).ConfigureAwait(false) is not { } answer)
                    continue;
                await query.PageFilled(answer).WaitAsync(patience ?? TimeSpan.FromSeconds(30), time ?? TimeProvider.System, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var message in query.ClosePage(answer))
                    yield return message;
            }
        }
        finally
        {
            query.Leave();
        }
    }

    // Null if the archive has forgotten the id and has to be asked from a time on.
    private static async Task<Iq?> AskForPageAsync(XmppConnection connection, ArchiveQuery query, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.RequestAsync(query.OpenPage(), cancellationToken).ConfigureAwait(false);
        }
        catch (XmppStanzaException e) when (e.Error.Condition == "item-not-found" && query.TryFallBack())
        {
            return null;
        }
    }

    private static async Task<XmppElement?> AskAsync(XmppConnection connection, string type, Jid? to, XmppElement payload, CancellationToken cancellationToken) =>
        (await connection.RequestAsync(new Iq(type, payload) { To = to }, cancellationToken).ConfigureAwait(false)).Payload;

    private static T Expect<T>(T? answer, Jid? from, string ns) where T : class => answer ?? throw Unexpected(from, ns);

    private static XmppAnswerException Unexpected(Jid? from, string ns) => new($"{from?.ToString() ?? "The XMPP server"} answered a request of {ns} with something else.");
}
