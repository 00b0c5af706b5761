using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace XmppRpc.TestKit.Servers;

/// <summary>ejabberd 23 on an Erlang node without distribution: no epmd, no second port, no other user.</summary>
public sealed class EjabberdServer : ProcessServer
{
    // YAML takes JSON strings, but not the escapes for signs that mean something in HTML.
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string configurationFile;
    private readonly string resolverFile;
    private readonly int apiPort = FreePort.Next();
    private readonly ClientAuthority clients;

    internal EjabberdServer(ServerSetup setup)
    {
        clients = new ClientAuthority(Folder);
        configurationFile = Path.Combine(Folder, "ejabberd.yml");
        resolverFile = Path.Combine(Folder, "inetrc");
        File.WriteAllText(configurationFile, Configuration(setup));
        File.WriteAllText(resolverFile, """{lookup,["file"]}. {host,{127,0,0,1},["localhost"]}.""" + "\n");
    }

    /// <inheritdoc/>
    public override ServerKind Kind => ServerKind.Ejabberd;

    /// <summary>A port for clients with STARTTLS that log in by certificate (SASL EXTERNAL) or password.</summary>
    public int CertificatePort { get; } = FreePort.Next();

    /// <summary>A certificate for these JIDs, with its key, that is accepted on <see cref="CertificatePort"/>.</summary>
    public X509Certificate2 IssueClientCertificate(params IReadOnlyList<string> jids) => clients.Issue(jids);

    private protected override ServerProcess Launch() => ServerProcess.Start(
        Folder, LogFile,
        [ServerPackages.Find("erl"), "-noinput", "-mnesia", "dir", $"\"{Folder}/db\"", "-s", "ejabberd"],
        ("HOME", Folder),
        ("ERL_LIBS", ServerPackages.EjabberdLibraries!),
        ("ERL_INETRC", resolverFile),
        ("ERL_CRASH_DUMP_BYTES", "0"),
        ("EJABBERD_CONFIG_PATH", configurationFile),
        ("EJABBERD_LOG_PATH", Path.Combine(Folder, "ejabberd.log")));

    /// <inheritdoc/>
    protected override async Task RegisterAsync(string user, string password)
    {
        var (local, domain) = Split(user);
        // Not PostAsJsonAsync: this server refuses a chunked body.
        using var account = new StringContent(JsonSerializer.Serialize(new { user = local, host = domain, password }), Encoding.UTF8, "application/json");
        using var http = new HttpClient();
        using var response = await http.PostAsync(new Uri($"http://127.0.0.1:{apiPort}/api/register"), account);
        if (!response.IsSuccessStatusCode && response.StatusCode is not HttpStatusCode.Conflict)
            throw new InvalidOperationException($"ejabberd did not add the account '{user}': {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    // What Mnesia wrote in the last second and a half is lost when the process is killed.
    /// <inheritdoc/>
    protected override async Task RestoreAccountsAsync(IEnumerable<KeyValuePair<string, string>> accounts)
    {
        foreach (var (user, password) in accounts)
            await RegisterAsync(user, password);
    }

    private string Configuration(ServerSetup setup) => $$"""
        hosts: [ "{{Domain}}", "{{ForeignDomain}}", "{{NamedDomain}}" ]
        loglevel: info
        certfiles: [ "{{Certificate.CertificateAndKeyFile}}" ]
        listen:
          - { port: {{Port}}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144, starttls: true, starttls_required: false, access: c2s{{Shaper(setup.Profile)}} }
          - { port: {{DirectTlsPort}}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144, tls: true, access: c2s{{Shaper(setup.Profile)}} }
          - { port: {{CertificatePort}}, ip: "127.0.0.1", module: ejabberd_c2s, max_stanza_size: 262144, starttls: true, starttls_required: true, tls_verify: true, cafile: "{{clients.AuthorityFile}}", access: c2s }
          # With global routes any component would get the stanzas of all.
          - { port: {{ComponentPort}}, ip: "127.0.0.1", module: ejabberd_service, global_routes: false, hosts: { {{string.Join(", ", Components.Select(name => $"\"{ComponentDomain(name)}\": {{ password: {JsonSerializer.Serialize(ComponentSecret, Plain)} }}"))}} } }
          - { port: {{WebSocketPort}}, ip: "127.0.0.1", module: ejabberd_http, tls: true, request_handlers: { "/xmpp-websocket": ejabberd_http_ws } }
          - { port: {{apiPort}}, ip: "127.0.0.1", module: ejabberd_http, request_handlers: { "/api": mod_http_api } }
        {{(setup.Profile is ServerProfile.OldTls ? "c2s_protocol_options: [ no_tlsv1_3 ]" : "")}}
        s2s_access: none
        auth_method: internal
        auth_password_format: plain
        acl: { local: { user_regexp: "" } }
        access_rules: { local: { allow: local }, c2s: { allow: all }, pubsub_createnode: { allow: local } }
        shaper: { normal: { rate: 3000, burst_size: 20000 } }
        shaper_rules: { max_user_sessions: 50, max_user_offline_messages: {{(setup.Profile is ServerProfile.Stock ? 100 : 1000)}}, c2s_shaper: normal }
        api_permissions: { accounts: { from: [ mod_http_api ], who: all, what: [ register ] } }
        modules:
          mod_adhoc: {}
          mod_blocking: {}
          mod_caps: {}
          mod_client_state: {}
          mod_disco: {}
          mod_admin_extra: {}
          mod_http_api: {}
          mod_ping: {}
          mod_privacy: {}
          mod_roster: {}
          mod_time: {}
          mod_version: {}
        {{(setup.Profile is ServerProfile.Bench ? "" : StoringModules)}}
        {{(setup.HasStreamManagement ? $"  mod_stream_mgmt: {{ resume_timeout: {setup.ResumeSeconds(stock: 300)}, resend_on_timeout: {setup.ResendOnTimeout} }}" : "")}}
        """;

    private static string Shaper(ServerProfile profile) => profile is ServerProfile.Stock ? ", shaper: c2s_shaper" : "";

    private const string StoringModules = """
          mod_carboncopy: {}
          mod_mam: { default: always }
          mod_offline: { access_max_user_messages: max_user_offline_messages }
          mod_pubsub: { access_createnode: pubsub_createnode, plugins: [ flat, pep ] }
        """;
}
