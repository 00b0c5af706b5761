namespace XmppRpc.TestKit.Servers;

/// <summary>Prosody 0.12 in the foreground, for root and for other users.</summary>
public sealed class ProsodyServer : ProcessServer
{
    private readonly string configurationFile;

    internal ProsodyServer(ServerSetup setup)
    {
        configurationFile = Path.Combine(Folder, "prosody.cfg.lua");
        Directory.CreateDirectory(Path.Combine(Folder, "data"));
        Directory.CreateDirectory(Path.Combine(Folder, "certs"));
        File.WriteAllText(configurationFile, Configuration(setup));
    }

    /// <inheritdoc/>
    public override ServerKind Kind => ServerKind.Prosody;

    private protected override ServerProcess Launch() => ServerProcess.Start(Folder, LogFile, [ServerPackages.Find("prosody"), "--config", configurationFile, "-F"]);

    /// <inheritdoc/>
    protected override async Task RegisterAsync(string user, string password)
    {
        var (local, domain) = Split(user);
        var run = await ProgramRun.RunAsync(ServerPackages.Find("prosodyctl"), "--config", configurationFile, "register", local, domain, password);
        if (run.ExitCode != 0)
            throw new InvalidOperationException($"Prosody did not add the account '{user}': {run.Output}");
    }

    // Certificates are given by file; "certs" only spares Prosody a complaint about a folder it looks into anyway.
    private string Configuration(ServerSetup setup) => $$"""
        run_as_root = true
        pidfile = "{{Folder}}/prosody.pid"; data_path = "{{Folder}}/data"; certificates = "{{Folder}}/certs"
        interfaces = { "127.0.0.1" }; local_interfaces = { "127.0.0.1" }
        c2s_ports = { {{Port}} }; c2s_direct_tls_ports = { {{DirectTlsPort}} }
        s2s_ports = { }; http_ports = { }; https_ports = { {{WebSocketPort}} }; https_interfaces = { "127.0.0.1" }
        https_ssl = { key = "{{Certificate.KeyFile}}"; certificate = "{{Certificate.CertificateFile}}" }
        component_ports = { {{ComponentPort}} }; component_interfaces = { "127.0.0.1" }
        log = { { levels = { min = "info" }, to = "console", timestamps = true } }
        modules_enabled = { "roster", "saslauth", "tls", "disco", "ping", "posix", "csi_simple", "blocklist", "adhoc", "version", "time", "websocket"{{Modules(setup)}} }
        modules_disabled = { "s2s"{{(setup.Profile is ServerProfile.Bench ? ", \"offline\"" : "")}} }
        authentication = "internal_hashed"; storage = "internal"; archive_expires_after = "1d"
        c2s_require_encryption = false; allow_unencrypted_plain_auth = false
        smacks_hibernation_time = {{setup.ResumeSeconds(stock: 600)}}
        {{(setup.Profile is ServerProfile.Stock ? "limits = { c2s = { rate = \"10kb/s\" } }" : "gc = { mode = \"incremental\"; threshold = 200 }")}}
        ssl = { key = "{{Certificate.KeyFile}}"; certificate = "{{Certificate.CertificateFile}}"{{(setup.Profile is ServerProfile.OldTls ? "; protocol = \"tlsv1_2\"" : "")}} }
        VirtualHost "{{Domain}}"
        VirtualHost "{{ForeignDomain}}"
        VirtualHost "{{NamedDomain}}"
        {{string.Join("\n", Components.Select(name => $"Component \"{ComponentDomain(name)}\"\n  component_secret = {LuaString(ComponentSecret)}"))}}
        """;

    private static string LuaString(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Modules(ServerSetup setup) => (setup.HasStreamManagement ? ", \"smacks\"" : "") + setup.Profile switch
    {
        ServerProfile.Bench => "",
        ServerProfile.Stock => ", \"carbons\", \"pep\", \"mam\", \"limits\"",
        _ => ", \"carbons\", \"pep\", \"mam\"",
    };
}
