using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>The framework's web server on a free loopback port, in clear text, without logging.</summary>
internal sealed class KestrelHost(WebApplication application) : EchoCallee(AddressOf(application))
{
    /// <summary>Calls that one connection may have open, so that a hundred thousand can wait.</summary>
    public const int MaxOpenCalls = 200_000;

    public static async Task<EchoCallee> StartAsync(Action<WebApplicationBuilder> configure, Action<ListenOptions> listen, Action<WebApplication> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxOpenCalls;
            kestrel.Limits.KeepAliveTimeout = Timeout.InfiniteTimeSpan;
            kestrel.Listen(IPAddress.Loopback, 0, listen);
        });
        configure(builder);
        var application = builder.Build();
        map(application);
        await application.StartAsync();
        return new KestrelHost(application);
    }

    public override ValueTask DisposeAsync() => application.DisposeAsync();

    private static string AddressOf(WebApplication application) =>
        application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
}
