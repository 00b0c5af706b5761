using XmppRpc;
using XmppRpc.Servers.Peer;
using XmppRpc.Xmpp;

// A peer to be killed: "serve" with connection strings behind it, or "call" with connection strings, "--" and targets. Writes its ledger, and ends with its input.
var separator = Array.IndexOf(args, "--");
var connections = args[1..(separator < 0 ? args.Length : separator)];
var ledger = new Ledger { Sink = line => { lock (Console.Out) Console.WriteLine(line); } };
var number = 0;
foreach (var connection in connections)
{
    var endpoint = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = XmppConnectionOptions.Parse(connection) });
    if (args[0] == "serve")
        endpoint.Serve<IDrill>(new Drill(ledger, () => endpoint.Replier));
    else
        foreach (var target in args[(separator + 1)..])
            foreach (var shape in Enum.GetValues<Shape>())
                _ = new DrillCall(endpoint.Get<IDrill>(target), $"{number}-{target}-{shape}").RunAsync(shape, Act.Hold, CancellationToken.None);
    number++;
}
ledger.Take("ready");
await Console.In.ReadToEndAsync();
