using System.Globalization;
using XmppRpc.Benchmarks.Peers;
using XmppRpc.Benchmarks.Peers.Processes;
using XmppRpc.Benchmarks.Xml;

// peers [options]: calls and streams, this product and its peers side by side. xml [BenchmarkDotNet's arguments]: reader and writer against the framework's.
// record: the transcripts for that, anew, through both real servers.
CultureInfo.CurrentCulture = CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
switch (args)
{
    case [ChildProcess.Argument, .. var role]:
        await ChildRole.RunAsync(role);
        return 0;
    case ["peers", .. var options]:
        return await PeersCommand.RunAsync(options);
    case ["xml", .. var rest]:
        XmlBenchmarks.Run(rest);
        return 0;
    case ["record"]:
        await Recording.RecordAsync();
        return 0;
    default:
        Console.Error.WriteLine(PeersOptions.Usage + "\nxml [BenchmarkDotNet's arguments]\nrecord");
        return 2;
}
