using System.CommandLine;
using Quickstart;
using XmppRpc;
using XmppRpc.LocalServer;
using XmppRpc.Xmpp;

var role = new Option<string>("--role") { Description = "What this process is: bot, caller, or both.", DefaultValueFactory = _ => "both" };
var xmppBot = new Option<string?>("--xmpp-bot") { Description = "Connection string of the bot's account. If neither is given, an XMPP server inside this process." };
var xmppCaller = new Option<string?>("--xmpp-caller") { Description = "Connection string of the caller's account." };
var botJid = new Option<string?>("--bot") { Description = "Whom the caller calls. Without it, bot@ its own domain." };
var seconds = new Option<int>("--seconds") { Description = "How long the caller lets the bot measure the processes.", DefaultValueFactory = _ => 2 };
var pattern = new Option<string>("--pattern") { Description = "Regular expression for the log lines that the caller wants.", DefaultValueFactory = _ => "memory" };
var logFile = new Option<string?>("--log") { Description = "A log file for the bot to follow instead of its own." };
var command = new RootCommand("Three ways to call a machine over XMPP: a call, a deferred call, a stream.") { role, xmppBot, xmppCaller, botJid, seconds, pattern, logFile };

var options = command.Parse(args);
if (options.Errors is [var error, ..])
    return Fail(error.Message);
command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
// On Ctrl+C or SIGTERM: enough time to say goodbye.
return await options.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(10) });

// 0: done, or a bot that was told to stop. 1: failed, with one line that says why. 130: a caller that was stopped.
async Task<int> RunAsync(CancellationToken cancellationToken)
{
    try
    {
        await (options.GetValue(role) switch
        {
            "bot" => RunBotAsync(cancellationToken),
            "caller" => RunCallerAsync(Required(xmppCaller), options.GetValue(botJid), cancellationToken),
            "both" => RunBothAsync(cancellationToken),
            var other => throw new ArgumentException($"--role is bot, caller or both, not '{other}'."),
        });
        return 0;
    }
    catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
    {
        return options.GetValue(role) == "bot" ? 0 : 130;
    }
    catch (Exception e) when (e is XmppException or RpcException or ArgumentException or FormatException or IOException or UnauthorizedAccessException)
    {
        return Fail(e.Message);
    }
}

async Task RunBotAsync(CancellationToken cancellationToken)
{
    await using var log = new MachineLog(options.GetValue(logFile));
    await using var bot = await StartBotAsync(Required(xmppBot), log, Console.Out, cancellationToken);
    Console.WriteLine("Ctrl+C ends it.");
    // A lost connection comes back by itself; what ends here is for good.
    await bot.Completion.WaitAsync(cancellationToken);
}

async Task RunCallerAsync(string connection, string? target, CancellationToken cancellationToken)
{
    await using var caller = await RpcEndpoint.ConnectAsync(connection, cancellationToken);
    Console.WriteLine($"The caller is {caller.Jid}.");
    var machine = caller.Get<IMachine>(target ?? $"bot@{caller.Jid.Domain}");
    await Caller.RunAsync(machine, options.GetValue(seconds), options.GetValue(pattern)!, cancellationToken);
}

async Task RunBothAsync(CancellationToken cancellationToken)
{
    await using var server = options.GetValue(xmppBot) is null && options.GetValue(xmppCaller) is null ? await LocalXmppServer.StartAsync(cancellationToken: cancellationToken) : null;
    if (server is not null)
        Console.WriteLine($"An XMPP server of our own listens on port {server.Port}, for this run only.");
    await using var log = new MachineLog(options.GetValue(logFile));
    await using var bot = await StartBotAsync(server?.AddAccount("bot", "quick", "machine") ?? Required(xmppBot), log, TextWriter.Null, cancellationToken);
    await RunCallerAsync(server?.AddAccount("alice", "start", "desk") ?? Required(xmppCaller), bot.Jid.ToString(), cancellationToken);
}

static async Task<RpcEndpoint> StartBotAsync(string connection, MachineLog log, TextWriter console, CancellationToken cancellationToken)
{
    // Followers of the log never end by themselves: when the bot stops, it does not wait long for them.
    var bot = await RpcEndpoint.ConnectAsync(new RpcEndpointOptions { Connection = XmppConnectionOptions.Parse(connection), DrainTimeout = TimeSpan.FromSeconds(1) }, cancellationToken);
    bot.Serve<IMachine>(new MachineBot(bot.Replier, log, console));
    Console.WriteLine($"The bot is {bot.Jid} and follows {log.FilePath}.");
    return bot;
}

string Required(Option<string?> option) => options.GetValue(option)
    ?? throw new ArgumentException($"{option.Name} is missing. It takes a connection string such as \"Jid=bot@example.org/machine;Password=…;Host=127.0.0.1:5222\".");

static int Fail(string message)
{
    Console.Error.WriteLine(message.ReplaceLineEndings(" "));
    return 1;
}
