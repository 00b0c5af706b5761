using System.Collections.Concurrent;
using XmppRpc.Xmpp.Stanzas;

namespace XmppRpc.Xmpp.Session;

/// <summary>The iq requests that wait for their answer. An answer counts only from the address that was asked: ids travel, so they prove nothing (T-01, CVE-2014-0364).</summary>
internal sealed class IqExchange(Jid self)
{
    private readonly ConcurrentDictionary<string, (Jid? To, TaskCompletionSource<Iq> Answer)> _open = new(StringComparer.Ordinal);
    private readonly Jid _domain = Jid.Parse(self.Domain);
    private volatile XmppException? _closed;

    /// <summary>Begins to wait; <see cref="Close"/> ends it.</summary>
    public Task<Iq> Open(string id, Jid? to)
    {
        var answer = new TaskCompletionSource<Iq>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_open.TryAdd(id, (to, answer)))
            throw new InvalidOperationException($"An iq with the id {id} is already under way.");
        if (_closed is { } reason)
            Fail(answer, reason);
        return answer.Task;
    }

    public void Close(string id) => _open.TryRemove(id, out _);

    /// <summary>Whether this is the answer to an open request, which then has it.</summary>
    public bool TryComplete(Iq answer) =>
        answer.Type is "result" or "error" && answer.Id is { } id && _open.TryGetValue(id, out var request) && IsFrom(request.To, answer) && request.Answer.TrySetResult(answer);

    /// <summary>No answer will come any more: to nobody, from here on.</summary>
    public void FailAll(XmppException reason)
    {
        _closed = reason;
        foreach (var (_, request) in _open)
            Fail(request.Answer, reason);
    }

    // whoever asked may have gone, so it must not count as unobserved
    private static void Fail(TaskCompletionSource<Iq> answer, XmppException reason)
    {
        answer.TrySetException(reason);
        _ = answer.Task.Exception;
    }

    /// <summary>The exception for an iq of type error, also for one that says no more than that.</summary>
    public static XmppStanzaException Refusal(Iq answer) => new(StanzaError.Read(answer) ?? new("cancel", "undefined-condition"), answer.From);

    /// <summary>RFC 6120 §8.1.2.1, §10.3: the own server answers for the account and for itself, and may leave from out; a stanza from anybody else has one.</summary>
    private bool IsFrom(Jid? asked, Iq answer)
    {
        var asksOwnServer = asked is null || asked == self.Bare || asked == _domain;
        if (answer.Element.Attribute("from") is null)
            return asksOwnServer;
        return answer.From is { } from && (asked is null ? from == self.Bare || from == _domain : from == asked);
    }
}
