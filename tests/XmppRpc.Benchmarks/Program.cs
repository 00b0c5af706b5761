using System.Diagnostics;
using System.Globalization;
using XmppRpc;
using XmppRpc.Benchmarks;
using XmppRpc.Benchmarks.Xml;
using XmppRpc.TestKit.Servers;

// Calls and stream items a second through each XMPP server, caller and callee in two processes, one connection each, 100-byte texts.
// dotnet run -c Release --project tests/XmppRpc.Benchmarks
// … xml [BenchmarkDotNet's arguments]: reader and writer against the framework's. … record: the transcripts for that, anew, through both real servers.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["callee", var connectionString])
{
    await using var callee = await RpcEndpoint.ConnectAsync(connectionString);
    callee.Serve<IEcho>(new Echo());
    Console.WriteLine("ready");
    await callee.Completion;
    return;
}
if (args is ["record"])
{
    await Recording.RecordAsync();
    return;
}
if (args is ["xml", .. var rest])
{
    XmlBenchmarks.Run(rest);
    return;
}
foreach (var kind in new[] { ServerKind.Local, ServerKind.Ejabberd, ServerKind.Prosody })
{
    await using var server = await XmppServer.StartAsync(kind, ServerProfile.Bench);
    using var callee = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["callee", server.ConnectionString("bob", "main")]) { RedirectStandardOutput = true, UseShellExecute = false })!;
    try
    {
        await callee.StandardOutput.ReadLineAsync();
        await using var caller = await RpcEndpoint.ConnectAsync(server.ConnectionString("alice", "desk"));
        var load = new Load(caller.Get<IEcho>("bob@localhost/main"));
        await load.CallsAsync(64, yielding: false);
        await load.CallsAsync(64, yielding: true);
        foreach (var inFlight in new[] { 1, 64, 256, 1024 })
            Console.WriteLine($"{kind,-10} {inFlight,5} in flight: {await load.CallsAsync(inFlight, yielding: false),8:F0} calls/s synchronous, {await load.CallsAsync(inFlight, yielding: true),8:F0} asynchronous");
        Console.WriteLine($"{kind,-10} one stream      : {await load.ItemsAsync(),8:F0} items/s");
    }
    finally
    {
        callee.Kill();
    }
}
