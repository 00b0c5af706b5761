using System.Data.Common;
using System.Text;
using XmppRpc.Benchmarks.Peers.Cases;
using XmppRpc.Benchmarks.Peers.Contestants;

namespace XmppRpc.Benchmarks.Peers.Raw;

/// <summary>The least that an echo through an XMPP server can be: one call a stanza, prepared bytes, nothing is parsed but the ends of stanzas. What is above it comes from sharing stanzas.</summary>
internal sealed class RawContestant(string server, bool tls) : Contestant($"raw-{server}-{(tls ? "tls" : "plain")}")
{
    public override string Server => server;

    public override async Task<EchoCallee> ServeAsync(string address, Echo echo) =>
        new Callee(await RawStream.ConnectAsync(address, tls), JidOf(address), JidOf(address).Replace(CalleeAccount, CallerAccount, StringComparison.Ordinal));

    public override async Task<EchoCaller> ConnectAsync(string address, string callee) => new RawCaller(await RawStream.ConnectAsync(address, tls), callee);

    /// <summary>Stanzas to one address with a text of that size, one behind the other.</summary>
    public static RawStanzas Stanzas(string to, int bytes, int count) =>
        new(Encoding.UTF8.GetBytes($"<message to='{to}' type='headline'><echo xmlns='bench:echo'>{new string('x', bytes)}</echo></message>"), count);

    private static string JidOf(string address) => (string)new DbConnectionStringBuilder { ConnectionString = address }["Jid"];

    private sealed class Callee : EchoCallee
    {
        private readonly RawStream _stream;
        private readonly string _caller;
        private readonly Task _echoing;
        private RawStanzas _replies;
        private long _sent;

        public Callee(RawStream stream, string jid, string caller)
            : base(jid)
        {
            (_stream, _caller, _replies) = (stream, caller, Stanzas(caller, CaseList.WarmUp.Bytes, CaseList.WarmUp.InFlight));
            _echoing = EchoAllAsync();
        }

        public override long? SentStanzas => Interlocked.Read(ref _sent);

        public override void Prepare(Case @case) => Volatile.Write(ref _replies, Stanzas(_caller, @case.Bytes, @case.InFlight));

        public override async ValueTask DisposeAsync()
        {
            await _stream.DisposeAsync();
            await _echoing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        private async Task EchoAllAsync()
        {
            await Task.Yield();
            await new RawExchange(_stream).RunAsync(0, () => Volatile.Read(ref _replies), received =>
            {
                Interlocked.Add(ref _sent, received);
                return received;
            });
        }
    }
}
