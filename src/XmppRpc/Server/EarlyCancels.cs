using XmppRpc.Frames;
using XmppRpc.Xmpp;

namespace XmppRpc.Server;

/// <summary>Calls that were cancelled before they came: a cancel may overtake a call that is sent again or in parts. The latest ones only; guarded by <see cref="ActiveCalls"/>.</summary>
internal sealed class EarlyCancels
{
    private const int Max = 1024;
    private readonly HashSet<(Jid Account, CallId Id)> _ids = [];
    private readonly Queue<(Jid Account, CallId Id)> _oldest = new();

    public void Add(Jid caller, CallId id)
    {
        if (!_ids.Add((caller.Bare, id)))
            return;
        _oldest.Enqueue((caller.Bare, id));
        if (_oldest.Count > Max)
            _ids.Remove(_oldest.Dequeue());
    }

    public bool Contains(Jid caller, CallId id) => _ids.Count > 0 && _ids.Contains((caller.Bare, id));
}
