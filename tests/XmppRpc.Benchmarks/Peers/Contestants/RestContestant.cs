using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary><see cref="HttpClient"/> to a minimal API in Kestrel: JSON over HTTP/2 in clear text, one connection.</summary>
internal sealed class RestContestant() : Contestant("rest-http2")
{
    /// <summary>What goes there and back.</summary>
    internal sealed record Body(string Text);

    public override Task<EchoCallee> ServeAsync(string address, Echo echo) => KestrelHost.StartAsync(
        static _ => { },
        static listen => listen.Protocols = HttpProtocols.Http2,
        application =>
        {
            application.MapPost("/echo", async (Body body) => new Body(await echo.EchoAsync(body.Text)));
            application.MapPost("/later", async (Body body) => new Body(await echo.EchoLaterAsync(body.Text)));
            application.MapPost("/hold", async (Body body) => new Body(await echo.HoldAsync(body.Text)));
            application.MapGet("/items/{count}", (int count) => echo.ItemsAsync(count));
        });

    public override Task<EchoCaller> ConnectAsync(string address, string callee) => Task.FromResult<EchoCaller>(new Caller(new Uri(callee)));

    private sealed class Caller(Uri address) : EchoCaller
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan, UseProxy = false, UseCookies = false, ActivityHeadersPropagator = null })
        {
            BaseAddress = address,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan,
        };

        private readonly Uri _echo = new(address, "echo"), _later = new(address, "later"), _hold = new(address, "hold");

        public override ValueTask DisposeAsync()
        {
            _http.Dispose();
            return ValueTask.CompletedTask;
        }

        protected override Task<string> EchoAsync(string text) => PostAsync(_echo, text);

        protected override Task<string> EchoLaterAsync(string text) => PostAsync(_later, text);

        protected override Task<string> HoldAsync(string text) => PostAsync(_hold, text);

        protected override async IAsyncEnumerable<string> ItemsAsync(int count)
        {
            await using var stream = await _http.GetStreamAsync(new Uri(address, $"items/{count}"));
            await foreach (var item in JsonSerializer.DeserializeAsyncEnumerable<string>(stream))
                yield return item!;
        }

        private async Task<string> PostAsync(Uri uri, string text)
        {
            using var response = await _http.PostAsJsonAsync(uri, new Body(text));
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<Body>())!.Text;
        }
    }
}
