using System.CommandLine;
using System.Security.Cryptography;
using XmppRpc.LocalServer;

var port = new Option<int>("--port") { Description = "The port on 127.0.0.1. Without it, a free one." };
var accounts = new Option<string[]>("--account") { Description = "An account as user:password; may be repeated. Without it, bot and alice with new passwords." };
var certificate = new Option<string?>("--certificate") { Description = "A PEM file to write the server's certificate to, for clients that trust by file." };
var command = new RootCommand("A small XMPP server for development. It listens on loopback only and keeps nothing.") { port, accounts, certificate };

var options = command.Parse(args);
if (options.Errors is [var error, ..])
    return Fail(error.Message);
command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
// On Ctrl+C or SIGTERM: enough time to say goodbye.
return await options.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });

// 0: stopped by Ctrl+C or SIGTERM. 1: could not start, with one line that says why.
async Task<int> RunAsync(CancellationToken cancellationToken)
{
    try
    {
        var users = options.GetValue(accounts) is { Length: > 0 } given ? given : [$"bot:{NewPassword()}", $"alice:{NewPassword()}"];
        await using var server = await LocalXmppServer.StartAsync(new() { Port = options.GetValue(port) }, cancellationToken);
        var connections = users.Select(user => AddAccount(server, user)).ToArray();
        if (options.GetValue(certificate) is { } path)
            server.SaveCertificate(path);
        Console.WriteLine($"An XMPP server for {server.Domain} listens on 127.0.0.1:{server.Port}, for development only. Its accounts, with their passwords:");
        foreach (var connection in connections)
            Console.WriteLine(connection);
        Console.WriteLine("Ctrl+C stops it.");
        var stopped = new TaskCompletionSource();
        await using var stop = cancellationToken.Register(stopped.SetResult);
        await stopped.Task;
        return 0;
    }
    catch (Exception e) when (e is ArgumentException or IOException or UnauthorizedAccessException)
    {
        return Fail(e.Message);
    }
}

static string AddAccount(LocalXmppServer server, string account) => account.Split(':', 2) is [{ Length: > 0 } user, { Length: > 0 } password]
    ? server.AddAccount(user, password)
    : throw new ArgumentException($"--account takes user:password, not '{account}'.");

static string NewPassword() => RandomNumberGenerator.GetHexString(16, lowercase: true);

static int Fail(string message)
{
    Console.Error.WriteLine(message.ReplaceLineEndings(" "));
    return 1;
}
