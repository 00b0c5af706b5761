namespace XmppRpc.Frames;

// The wire, version 1. One JSON object a line; the first member names the kind and carries the call id, the payload is the last member.
//
//  {"call":ID,"m":"acme.orders/place","v":1,"ttl":15000,"w":1,"s":"d","up":256,"ub":262144,"try":1,"tp":"00-…","h":{…},"a":{…}}
//                                                             w: one-way; s: streams, "d" download, "u" upload, "b" both; up, ub: first credit of the download
//  {"ack":ID,"st":"taken"|"deferred","in":"x7Kd0w","up":256,"ub":262144}                               up, ub: first credit of the upload
//  {"progress":ID,"p":{"fraction":0.5,"text":"…","value":…}}
//  {"reply":ID,"h":{…},"r":…}                                                                          no r: nothing to return
//  {"fault":ID,"st":"not-found","code":"…","n":17,"retry":1000,"ran":0,"e":{"message":"…","detail":…}} n: items sent before it; ran: 0, 1 or not known
//  {"cancel":ID}
//  {"item":ID,"d":"u","n":1,"i":[…]}                                                                   d: "u" of the upload, absent of the download; n: number of the first, from 1
//  {"end":ID,"d":"u","n":17}
//  {"credit":ID,"d":"u","got":17,"up":273,"ub":270000}                                                 absolute and cumulative
//  {"resume":ID,"d":"u","from":18,"up":273,"ub":270000}                                                send again what is not there, from this number
//  {"low":LINK,"n":4096,"but":[17,23]}
//  {"who":"acme.orders:1"}
//  {"here":"acme.orders:1","in":"x7Kd0w","load":3,"max":65536}
//  {"part":ID,"of":3,"k":0,"m":"acme.orders/import"}                                                   alone in its stanza; the next line is a slice of a frame's line; m in the first part of a call

/// <summary>One RPC unit. Immutable but for its place in the outgoing queue.</summary>
internal abstract class Frame
{
    /// <summary>What a frame takes besides its payload, at most.</summary>
    public const int MaxOverhead = 1024;

    private const int Fresh = 0, InParts = 1, Taken = 2, Withdrawn = 3;
    private int _state;
    private PeerQueue? _queue;

    /// <summary>No more than these bytes are written for it.</summary>
    public abstract int MaxBytes { get; }

    /// <summary>Whether it belongs behind the unary frames: items, and what must not overtake them.</summary>
    public virtual bool IsStreamed => false;

    /// <summary>Most text of a stanza that the receiver takes, as far as it is known.</summary>
    public int StanzaLimit { get; set; } = int.MaxValue;

    /// <summary>Whether it was neither taken nor withdrawn.</summary>
    public bool IsWaiting => Volatile.Read(ref _state) == Fresh;

    /// <summary>Whether it was withdrawn while it lay in a queue, which knows that. Guarded by the batcher, as is the rest of its place.</summary>
    public bool IsCountedOut { get; set; }

    public abstract void Write(ref FrameWriter writer);

    /// <summary>Takes the frame for writing; false if it was withdrawn. One that was taken before can be taken again: a kept reply may be sent twice.</summary>
    public bool TryTake() => TryBecome(Taken);

    /// <summary>Takes the frame for writing it in parts. It can be withdrawn until it is taken with the last one.</summary>
    public bool TryBeginParts() => TryBecome(InParts);

    /// <summary>The frame was taken, but not written after all.</summary>
    public void PutBack() => Interlocked.CompareExchange(ref _state, Fresh, Taken);

    /// <summary>It was or is being written.</summary>
    public bool IsTaken => Volatile.Read(ref _state) == Taken;

    /// <summary>Whether it was taken, and does not wait to be sent once more.</summary>
    public bool HasLeft => IsTaken && Volatile.Read(ref _queue) is null;

    /// <summary>Takes the frame back; false if it was or is being written.</summary>
    public bool TryWithdraw()
    {
        for (var seen = Volatile.Read(ref _state); seen is Fresh or InParts;)
        {
            var before = Interlocked.CompareExchange(ref _state, Withdrawn, seen);
            if (before == seen)
            {
                // Pairs with Enter: either we see the queue, or the queue sees the frame withdrawn.
                Volatile.Read(ref _queue)?.Withdraw(this);
                return true;
            }
            seen = before;
        }
        return false;
    }

    /// <summary>Called when the frame was given to the connection, or could not be.</summary>
    public virtual void OnWritten(Exception? failure) { }

    /// <summary>Gives the frame its place in a queue; false if it was withdrawn.</summary>
    public bool Enter(PeerQueue queue)
    {
        Interlocked.Exchange(ref _queue, queue);
        if (Volatile.Read(ref _state) != Withdrawn)
            return true;
        _queue = null;
        return false;
    }

    /// <summary>Whether it waits in a queue.</summary>
    public bool IsQueued => Volatile.Read(ref _queue) is not null;

    public bool IsIn(PeerQueue queue) => _queue == queue;

    public void Leave() => _queue = null;

    private bool TryBecome(int state)
    {
        for (var seen = Volatile.Read(ref _state); seen != Withdrawn;)
        {
            var before = Interlocked.CompareExchange(ref _state, state, seen);
            if (before == seen)
                return true;
            seen = before;
        }
        return false;
    }
}
