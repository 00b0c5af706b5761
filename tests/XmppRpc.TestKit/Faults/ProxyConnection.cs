using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;

namespace XmppRpc.TestKit.Faults;

/// <summary>One connection of a client through the proxy. Disposing closes both sockets and awaits what goes on there.</summary>
public sealed class ProxyConnection : IAsyncDisposable
{
    private readonly FaultProxy _proxy;
    private readonly Socket _upstream;
    private readonly ProxyEnd _client;
    private readonly ProxyEnd _server;
    private readonly CancellationTokenSource _closing = new();
    private readonly TaskCompletionSource _encrypted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _encrypting;
    private volatile bool _isEnded;
    private int _cut;

    internal ProxyConnection(FaultProxy proxy, int number, Socket client, Socket upstream, FaultScript script)
    {
        (_proxy, Number, Script, _upstream) = (proxy, number, script, upstream);
        (_client, _server) = (new(client), new(upstream));
        var seesStanzas = proxy.Options.Tls is not ProxyTls.PassThrough;
        ToServer = new(this, Direction.ToServer, _client, _server, seesStanzas);
        ToClient = new(this, Direction.ToClient, _server, _client, seesStanzas);
    }

    /// <summary>Which one it is of the proxy's, from 1.</summary>
    public int Number { get; }

    /// <summary>What is done to it.</summary>
    public FaultScript Script { get; }

    /// <summary>The direction from the client to the XMPP server.</summary>
    public Leg ToServer { get; }

    /// <summary>The direction from the XMPP server to the client.</summary>
    public Leg ToClient { get; }

    /// <summary>Completes when both sockets are closed.</summary>
    public Task Over { get; private set; } = Task.CompletedTask;

    /// <summary>Whether it was cut, by a fault, by hand, or by a side that broke off.</summary>
    public bool IsEnded => _isEnded;

    internal TimeProvider Time => _proxy.Options.Time;

    /// <summary>Whether TLS may begin in the middle.</summary>
    internal bool MayEncrypt => _proxy.Options.Tls is ProxyTls.Terminate && Volatile.Read(ref _encrypting) == 0;

    /// <summary>Completes when both sides have changed to TLS; is cancelled when one cannot.</summary>
    internal Task Encrypted => _encrypted.Task;

    /// <summary>Cuts it now; what passed before is delivered. After <see cref="CutKind.Silence"/> it may be cut once more, else the first cut counts.</summary>
    public void Cut(CutKind kind, Ends ends = Ends.Both)
    {
        Report(Direction.ToClient, ToClient.SentBytes, $"Cut(CutKind.{kind}, Ends.{ends})");
        End(kind, ends);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await Over;
    }

    /// <summary>Whether an exception is how a byte stream breaks.</summary>
    internal static bool IsBreak(Exception e) => e is IOException or SocketException or ObjectDisposedException or AuthenticationException;

    internal void Start() => Over = RunAsync();

    internal async Task EncryptAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _encrypting, 1) != 0)
            return;
        var direct = _proxy.Options.Tls is ProxyTls.TerminateDirect;
        try
        {
            await Task.WhenAll(_client.EncryptAsServerAsync(_proxy.Certificate!, direct, cancellationToken), _server.EncryptAsClientAsync(direct, cancellationToken));
            _encrypted.TrySetResult();
        }
        catch
        {
            _encrypted.TrySetCanceled(CancellationToken.None);
            throw;
        }
    }

    /// <summary>Cuts it, unless it was already; after silence it may still be cut.</summary>
    internal void End(CutKind kind, Ends ends)
    {
        _isEnded = true;
        if (kind is CutKind.Silence || Interlocked.Exchange(ref _cut, 1) != 0)
            return;
        foreach (var (end, socket) in new[] { (Ends.Client, _client), (Ends.Server, _server) })
            if (!ends.HasFlag(end))
                continue;
            else if (kind is CutKind.Fin)
                socket.Fin();
            else
                socket.Reset();
    }

    /// <summary>Passes on that one side broke off.</summary>
    internal void Break()
    {
        if (!IsEnded)
            End(CutKind.Reset, Ends.Both);
    }

    internal void Report(Direction direction, long offset, string what) => _proxy.Trace.Add(new(Number, direction, offset, what));

    internal Random CreateRandom(Direction direction, int fault) =>
        new(unchecked((((_proxy.Options.Seed * 486187739) + Number) * 31 + (int)direction) * 31 + fault));

    /// <summary>Carries bytes until both sides are done. Never throws what a byte stream does.</summary>
    private async Task RunAsync()
    {
        try
        {
            await _upstream.ConnectAsync(_proxy.Target, _closing.Token);
            _client.Open();
            _server.Open();
            if (_proxy.Options.Tls is ProxyTls.TerminateDirect)
                await EncryptAsync(_closing.Token);
            await Task.WhenAll(ToServer.RunAsync(Script.ToServerFaults, ToClient, _closing.Token), ToClient.RunAsync(Script.ToClientFaults, ToServer, _closing.Token));
        }
        catch (Exception e) when (e is OperationCanceledException || IsBreak(e))
        {
            // the XMPP server is not there, or TLS with one side failed
            Break();
        }
        finally
        {
            _client.Dispose();
            _server.Dispose();
        }
    }
}
