using System.Net;
using System.Net.Sockets;
using XmppRpc.TestKit.Servers;

namespace XmppRpc.Benchmarks.Peers.Processes;

/// <summary>A RabbitMQ broker of our own on 127.0.0.1: own folder, ports, node name, cookie and port mapper, no plugins. Disposing ends it and removes its files.</summary>
internal sealed class RabbitMqServer : IAsyncDisposable
{
    private const string Libraries = "/usr/lib/rabbitmq/lib";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60), PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _folder = Directory.CreateTempSubdirectory("xmpprpc-rabbitmq-").FullName;
    private readonly int _port = FreePort.Next(), _distributionPort = FreePort.Next(), _mapperPort = FreePort.Next();
    private ServerProcess? _mapper, _broker;

    public string Address => $"amqp://guest:guest@127.0.0.1:{_port}/";

    public int ProcessId => _broker!.Id;

    public static async Task<RabbitMqServer> StartAsync()
    {
        if (ServerPackages.TryFind("erl") is null || ServerPackages.TryFind("epmd") is null || !Directory.Exists(Libraries))
            throw new InvalidOperationException("rabbitmq-server is missing; 'sudo tests/install-servers.sh rabbitmq' installs it.");
        var server = new RabbitMqServer();
        try
        {
            server.Launch();
            await server.WaitAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _broker, _mapper })
            if (process is not null)
            {
                await process.KillAsync();
                process.Dispose();
            }
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    private string LogFile => Path.Combine(_folder, "broker.log");

    // Debian's scripts would run it as another user, with that user's files: what they start in the end is this.
    private void Launch()
    {
        var home = Directory.EnumerateDirectories(Libraries, "rabbitmq_server-*").First();
        var configuration = Path.Combine(_folder, "rabbitmq.conf");
        File.WriteAllText(configuration, $"""
            listeners.tcp.1 = 127.0.0.1:{_port}
            distribution.listener.interface = 127.0.0.1
            distribution.listener.port_range.min = {_distributionPort}
            distribution.listener.port_range.max = {_distributionPort}
            log.file.level = warning

            """);
        (string, string)[] environment =
        [
            ("HOME", _folder),
            ("ERL_LIBS", Path.Combine(home, "plugins")),
            ("ERL_EPMD_ADDRESS", "127.0.0.1"),
            ("ERL_EPMD_PORT", $"{_mapperPort}"),
            ("ERL_CRASH_DUMP_BYTES", "0"),
            ("RABBITMQ_HOME", home),
            ("RABBITMQ_NODENAME", $"xmpprpc{_port}@localhost"),
            ("RABBITMQ_DIST_PORT", $"{_distributionPort}"),
            ("RABBITMQ_CONFIG_FILE", configuration),
            ("RABBITMQ_CONF_ENV_FILE", Path.Combine(_folder, "none")),
            ("RABBITMQ_MNESIA_BASE", Path.Combine(_folder, "db")),
            ("RABBITMQ_LOG_BASE", Path.Combine(_folder, "log")),
            ("RABBITMQ_PLUGINS_DIR", Path.Combine(home, "plugins")),
            ("RABBITMQ_ENABLED_PLUGINS_FILE", Path.Combine(_folder, "enabled_plugins")),
            ("RABBITMQ_FEATURE_FLAGS_FILE", Path.Combine(_folder, "feature_flags")),
            ("RABBITMQ_PID_FILE", Path.Combine(_folder, "pid")),
        ];
        _mapper = ServerProcess.Start(_folder, Path.Combine(_folder, "epmd.log"), [ServerPackages.Find("epmd")], environment);
        _broker = ServerProcess.Start(
            _folder, LogFile,
            [ServerPackages.Find("erl"), "-noinput", "-boot", "start_sasl", "-s", "rabbit", "boot", "-syslog", "logger", "[]", "-syslog", "syslog_error_logger", "false", "-kernel", "prevent_overlapping_partitions", "false"],
            environment);
    }

    private async Task WaitAsync()
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        using var timer = new PeriodicTimer(PollInterval);
        try
        {
            while (!await AcceptsAsync(timeout.Token))
            {
                if (_broker!.HasExited)
                    throw new InvalidOperationException($"RabbitMQ ended while it started. Its log: {await File.ReadAllTextAsync(LogFile)}");
                await timer.WaitForNextTickAsync(timeout.Token);
            }
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"RabbitMQ did not listen within {StartTimeout.TotalSeconds} s. Its log: {await File.ReadAllTextAsync(LogFile)}", e);
        }
    }

    private async Task<bool> AcceptsAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
