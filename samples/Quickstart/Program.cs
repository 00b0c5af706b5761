using System.CommandLine;
using Quickstart;
using XmppRpc;
using XmppRpc.LocalServer;
using XmppRpc.Xmpp;

var role = new Option<string>("--role") { Description = "What this process is: the bot, its caller, or both.", DefaultValueFactory = _ => "both" };
role.AcceptOnlyFromAmong("both", "bot", "caller");
var xmppBot = new Option<string?>("--xmpp-bot") { Description = "Connection string of the bot's account. Without it, for both: an XMPP server inside this process." };
var xmppCaller = new Option<string?>("--xmpp-caller") { Description = "Connection string of the caller's account." };
var botJid = new Option<string?>("--bot") { Description = "Whom the caller calls; without it, the JID in --xmpp-bot, or bot@ the caller's own domain." };
var logFile = new Option<string?>("--log") { Description = "A log file for the bot to follow instead of its own." };
var command = new RootCommand("Three ways to call a machine over XMPP: a call, a deferred answer, a stream.") { role, xmppBot, xmppCaller, botJid, logFile };
command.SetAction((options, cancellationToken) => RunAsync(options.GetValue(role)!, options.GetValue(xmppBot), options.GetValue(xmppCaller), options.GetValue(botJid), options.GetValue(logFile), cancellationToken));
return await command.Parse(args).InvokeAsync();

static async Task<int> RunAsync(string role, string? xmppBot, string? xmppCaller, string? botJid, string? logFile, CancellationToken cancellationToken)
{
    try
    {
        await using var server = role == "both" && xmppBot is null && xmppCaller is null ? await LocalXmppServer.StartAsync(cancellationToken: cancellationToken) : null;
        if (server is not null)
        {
            (xmppBot, xmppCaller) = (server.AddAccount("bot", "quick", "machine"), server.AddAccount("alice", "start", "desk"));
            Console.WriteLine($"An XMPP server of our own listens on port {server.Port}, for this run only.");
        }
        await (role switch
        {
            "bot" => RunBotAsync(Required(xmppBot, "--xmpp-bot"), logFile, cancellationToken),
            "caller" => RunCallerAsync(Required(xmppCaller, "--xmpp-caller"), botJid ?? JidOf(xmppBot), cancellationToken),
            _ => RunBothAsync(Required(xmppBot, "--xmpp-bot"), Required(xmppCaller, "--xmpp-caller"), logFile, cancellationToken),
        });
        return 0;
    }
    catch (OperationCanceledException)
    {
        return 130;
    }
    catch (Exception e) when (e is XmppException or RpcException or ArgumentException or FormatException)
    {
        await Console.Error.WriteLineAsync(e.Message);
        return 1;
    }
}

static async Task RunBothAsync(string xmppBot, string xmppCaller, string? logFile, CancellationToken cancellationToken)
{
    await using var log = new MachineLog(logFile);
    await using var bot = await StartBotAsync(xmppBot, log, cancellationToken);
    await RunCallerAsync(xmppCaller, bot.Jid.ToString(), cancellationToken);
}

static async Task RunBotAsync(string xmppBot, string? logFile, CancellationToken cancellationToken)
{
    await using var log = new MachineLog(logFile);
    await using var bot = await StartBotAsync(xmppBot, log, cancellationToken);
    Console.WriteLine("Ctrl+C ends it.");
    await bot.Completion.WaitAsync(cancellationToken);
}

static async Task<RpcEndpoint> StartBotAsync(string xmppBot, MachineLog log, CancellationToken cancellationToken)
{
    var bot = await RpcEndpoint.ConnectAsync(xmppBot, cancellationToken);
    bot.Serve<IMachine>(new MachineBot(bot.Replier, log));
    Console.WriteLine($"The bot is {bot.Jid} and follows {log.FilePath}.");
    return bot;
}

static async Task RunCallerAsync(string xmppCaller, string? botJid, CancellationToken cancellationToken)
{
    await using var caller = await RpcEndpoint.ConnectAsync(xmppCaller, cancellationToken);
    Console.WriteLine($"The caller is {caller.Jid}.");
    await Caller.RunAsync(caller.Get<IMachine>(botJid ?? $"bot@{caller.Jid.Domain}"), cancellationToken);
}

static string Required(string? value, string option) => value ?? throw new ArgumentException($"{option} is missing. It takes a connection string such as \"Jid=bot@example.org/machine;Password=…;Host=127.0.0.1:5222\".");

static string? JidOf(string? connectionString) => connectionString is null ? null : XmppConnectionOptions.Parse(connectionString).Jid.ToString();
