using System.Runtime.CompilerServices;
using System.Threading.Channels;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.TestKit.Faults;

/// <summary>One direction of a connection: from a socket through the faults to the other socket.</summary>
public sealed class Leg
{
    private const int ReadBytes = 64 * 1024;

    private readonly ProxyConnection _connection;
    private readonly ProxyEnd _source;
    private readonly ProxyEnd _destination;
    private readonly StanzaSplitter? _splitter;
    // What was read, and what is injected between. Reading goes on when a piece was taken, so that a fault that takes none stops it.
    private readonly Channel<Piece> _inbox = Channel.CreateUnbounded<Piece>(new() { SingleReader = true });
    private readonly Channel<bool> _taken = Channel.CreateUnbounded<bool>(new() { SingleReader = true });
    private long _received;
    private long _sent;
    private long _sentStanzas;

    internal Leg(ProxyConnection connection, Direction direction, ProxyEnd source, ProxyEnd destination, bool seesStanzas)
    {
        (_connection, Direction, _source, _destination) = (connection, direction, source, destination);
        _splitter = seesStanzas ? new() : null;
    }

    /// <summary>Which one.</summary>
    public Direction Direction { get; }

    /// <summary>Bytes read from the sender, inside TLS if the proxy ends it.</summary>
    public long ReceivedBytes => Interlocked.Read(ref _received);

    /// <summary>Bytes written to the receiver.</summary>
    public long SentBytes => Interlocked.Read(ref _sent);

    /// <summary>Whole top-level elements written to the receiver in one piece; always 0 where the proxy sees no stanzas.</summary>
    public long SentStanzas => Interlocked.Read(ref _sentStanzas);

    /// <summary>Puts text of the test's own between two pieces, before the faults of this direction. A whole stanza shifts the counters of stream management.</summary>
    public void Inject(string xml)
    {
        Inject(Piece.FromXml(xml));
        _connection.Report(Direction, ReceivedBytes, $"Inject(\"\"\"{xml}\"\"\")");
    }

    internal void Inject(Piece piece) => _inbox.Writer.TryWrite(piece with { IsInjected = true });

    internal async Task RunAsync(IReadOnlyList<Fault> faults, Leg opposite, CancellationToken cancellationToken)
    {
        var reading = ReadAsync(cancellationToken);
        try
        {
            await PassAsync(faults, opposite, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException || ProxyConnection.IsBreak(e))
        {
            // a side that broke off is passed on as a reset
            _connection.Break();
        }

        try
        {
            // what still comes is swallowed until the sender ends it too
            await foreach (var _ in TakeAsync(cancellationToken))
            {
            }
        }
        catch (Exception e) when (e is OperationCanceledException || ProxyConnection.IsBreak(e))
        {
            // nothing comes any more
        }
        await reading;
    }

    private async Task PassAsync(IReadOnlyList<Fault> faults, Leg opposite, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pieces = TakeAsync(over.Token);
        for (var i = 0; i < faults.Count; i++)
            pieces = faults[i].ApplyAsync(pieces, new(_connection.CreateRandom(Direction, i), _connection.Time, (offset, what) => _connection.Report(Direction, offset, what), opposite.Inject), over.Token);

        await foreach (var piece in pieces)
        {
            if (!_connection.IsEnded && !piece.Bytes.IsEmpty)
            {
                await _destination.WriteAsync(piece.Bytes, cancellationToken);
                Interlocked.Add(ref _sent, piece.Bytes.Length);
                if (piece.Stanza is not null)
                    Interlocked.Increment(ref _sentStanzas);
            }
            if (piece.ThenTls)
                await _connection.EncryptAsync(cancellationToken);
            if (piece.Cut is { } cut)
                _connection.End(cut.Kind, cut.Ends);
            if (piece.IsLast || _connection.IsEnded)
            {
                await over.CancelAsync();
                break;
            }
        }

        if (!_connection.IsEnded)
            await _destination.EndAsync();
    }

    private async IAsyncEnumerable<Piece> TakeAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var piece in _inbox.Reader.ReadAllAsync(cancellationToken))
        {
            if (!piece.IsInjected)
                _taken.Writer.TryWrite(true);
            yield return piece;
        }
    }

    /// <summary>Reads the socket to its end. Never throws: the inbox tells.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[ReadBytes];
            while (await _source.ReadAsync(buffer, cancellationToken) is var length and > 0)
            {
                Interlocked.Add(ref _received, length);
                var bytes = buffer[..length];
                foreach (var piece in _splitter?.Split(bytes) ?? [new(bytes)])
                    await PostAsync(piece, cancellationToken);
            }
            if (_splitter?.End() is { } rest)
                await PostAsync(rest, cancellationToken);
            _inbox.Writer.TryComplete();
        }
        catch (Exception e)
        {
            _inbox.Writer.TryComplete(e);
        }
    }

    private async Task PostAsync(Piece piece, CancellationToken cancellationToken)
    {
        // RFC 6120 §5.4.2.3: behind these two the next bytes are TLS
        var isLastBeforeTls = _connection.MayEncrypt && piece.Stanza?.Is(Direction is Direction.ToServer ? "starttls" : "proceed", XmppNames.Tls) is true;
        _inbox.Writer.TryWrite(piece with { ThenTls = isLastBeforeTls && Direction is Direction.ToClient });
        if (isLastBeforeTls)
            await _connection.Encrypted.WaitAsync(cancellationToken);
        await _taken.Reader.ReadAsync(cancellationToken);
    }
}
