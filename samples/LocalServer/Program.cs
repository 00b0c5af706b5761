using System.Globalization;
using System.Runtime.InteropServices;
using XmppRpc.LocalServer;

const string Usage = "dotnet run --project samples/LocalServer -- [--port 15222] [--certificate cert.pem] --account alice:secret [--account bot:secret …]";

var port = 0;
string? certificate = null;
var accounts = new Dictionary<string, string>(StringComparer.Ordinal);
for (var i = 0; i < args.Length; i += 2)
    switch (args[i], i + 1 < args.Length ? args[i + 1] : "")
    {
        case ("--port", var text) when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port):
            break;
        case ("--certificate", { Length: > 0 } path):
            certificate = path;
            break;
        case ("--account", var text) when text.Split(':', 2) is [{ Length: > 0 } user, { Length: > 0 } password] && accounts.TryAdd(user, password):
            break;
        default:
            Console.Error.WriteLine($"'{args[i]}' is not understood here.\n{Usage}");
            return 2;
    }

var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.TrySetResult();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await using var server = await LocalXmppServer.StartAsync(new() { Port = port, Accounts = accounts });
if (certificate is not null)
    server.SaveCertificate(certificate);
Console.WriteLine($"An XMPP server for {server.Domain} on 127.0.0.1:{server.Port}. For development only: nothing is kept, passwords are in the clear below.");
foreach (var user in accounts.Keys)
    Console.WriteLine(server.ConnectionString(user));
Console.WriteLine("Ctrl+C stops it.");
await stop.Task;
return 0;
