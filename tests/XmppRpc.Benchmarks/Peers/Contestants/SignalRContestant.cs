using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>SignalR with its JSON protocol over a TCP socket, without HTTP and WebSocket: as bare as it gets.</summary>
internal sealed class SignalRContestant() : Contestant("signalr-tcp")
{
    public override Task<EchoCallee> ServeAsync(string address, Echo echo) => KestrelHost.StartAsync(
        builder =>
        {
            builder.Services.AddSingleton(echo);
            builder.Services.AddSignalR(options => options.MaximumParallelInvocationsPerClient = KestrelHost.MaxOpenCalls);
        },
        static listen => listen.UseHub<EchoHub>(),
        static _ => { });

    public override async Task<EchoCaller> ConnectAsync(string address, string callee)
    {
        var builder = new HubConnectionBuilder();
        builder.Services.AddSingleton<EndPoint>(new IPEndPoint(IPAddress.Loopback, new Uri(callee).Port));
        builder.Services.AddSingleton<IConnectionFactory, TcpFactory>();
        builder.AddJsonProtocol();
        var connection = builder.Build();
        await connection.StartAsync();
        return new Caller(connection);
    }

    /// <summary>The transport of Kestrel, from the other end.</summary>
    private sealed class TcpFactory : IConnectionFactory, IDisposable
    {
        private readonly SocketConnectionContextFactory _contexts = new(new SocketConnectionFactoryOptions(), NullLogger.Instance);

        public async ValueTask<ConnectionContext> ConnectAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
        {
            var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(endpoint, cancellationToken);
                return _contexts.Create(socket);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        public void Dispose() => _contexts.Dispose();
    }

    /// <summary>The echo for SignalR.</summary>
    public sealed class EchoHub(Echo service) : Hub
    {
        /// <inheritdoc cref="IEcho.EchoAsync"/>
        public Task<string> Echo(string text) => service.EchoAsync(text);

        /// <inheritdoc cref="IEcho.EchoLaterAsync"/>
        public Task<string> Later(string text) => service.EchoLaterAsync(text);

        /// <inheritdoc cref="IEcho.HoldAsync"/>
        public Task<string> Hold(string text) => service.HoldAsync(text);

        /// <inheritdoc cref="IEcho.ItemsAsync"/>
        public IAsyncEnumerable<string> Items(int count) => service.ItemsAsync(count);
    }

    private sealed class Caller(HubConnection connection) : EchoCaller
    {
        public override ValueTask DisposeAsync() => connection.DisposeAsync();

        protected override Task<string> EchoAsync(string text) => connection.InvokeAsync<string>("Echo", text);

        protected override Task<string> EchoLaterAsync(string text) => connection.InvokeAsync<string>("Later", text);

        protected override Task<string> HoldAsync(string text) => connection.InvokeAsync<string>("Hold", text);

        protected override IAsyncEnumerable<string> ItemsAsync(int count) => connection.StreamAsync<string>("Items", count);
    }
}
