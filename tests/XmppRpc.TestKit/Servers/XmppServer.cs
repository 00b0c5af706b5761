using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace XmppRpc.TestKit.Servers;

/// <summary>
/// A running XMPP server of our own on 127.0.0.1, for the domain <c>localhost</c>, with the accounts <c>alice</c>, <c>bob</c> and <c>carol</c>.
/// Disposing ends it and removes its files.
/// </summary>
public abstract class XmppServer : IAsyncDisposable
{
    /// <summary>The domain of the accounts.</summary>
    public const string Domain = "localhost";

    /// <summary>A second domain of the real servers, with the account <c>mallory@foreign.localhost</c>: a stranger to the first.</summary>
    public const string ForeignDomain = "foreign.localhost";

    /// <summary>A third domain of the real servers, without accounts: one that is found through DNS, which <c>localhost</c> never is. The certificate is for it too.</summary>
    public const string NamedDomain = "example.test";

    /// <summary>The components that every server knows (XEP-0114): <c>svc.localhost</c>, <c>svc2.localhost</c>, and <c>m1.localhost</c> to <c>m9.localhost</c> for tests with many.</summary>
    public static IReadOnlyList<string> Components { get; } = ["svc", "svc2", .. Enumerable.Range(1, 9).Select(i => string.Create(CultureInfo.InvariantCulture, $"m{i}"))];

    /// <summary>The secret of all components.</summary>
    public const string ComponentSecret = "s3cret;with'signs\"";

    private readonly ConcurrentDictionary<string, string> passwords = new(StringComparer.Ordinal);

    /// <summary>Which server this is.</summary>
    public abstract ServerKind Kind { get; }

    /// <summary>The port for clients, with STARTTLS.</summary>
    public abstract int Port { get; }

    /// <summary>The port for clients with TLS from the first byte (XEP-0368); <see cref="NotSupportedException"/> where there is none.</summary>
    public abstract int DirectTlsPort { get; }

    /// <summary>The address for WebSockets (RFC 7395), encrypted; <see cref="NotSupportedException"/> where there is none.</summary>
    public abstract Uri WebSocketAddress { get; }

    /// <summary>The port for components, in clear text.</summary>
    public abstract int ComponentPort { get; }

    /// <summary>The process that the server runs in.</summary>
    /// <exception cref="InvalidOperationException">The server was killed.</exception>
    public abstract int ProcessId { get; }

    /// <summary>The PEM file with the server's certificate, for <c>localhost</c> and its sub-domains.</summary>
    public abstract string CertificateFile { get; }

    /// <summary>The server's certificate with its private key, for whoever stands in its place. The caller disposes it.</summary>
    public abstract X509Certificate2 LoadCertificateWithKey();

    /// <summary>Starts a server that the caller disposes. Tests that do not end or restart it share one through <see cref="XmppServerFixture"/>.</summary>
    public static Task<XmppServer> StartAsync(ServerKind kind, ServerProfile profile = ServerProfile.Full) => StartAsync(kind, new ServerSetup(profile));

    /// <summary>Starts a server that is set up in more ways than a profile has.</summary>
    public static async Task<XmppServer> StartAsync(ServerKind kind, ServerSetup setup)
    {
        await ServerPackages.EnsureInstalledAsync(kind);
        var server = kind switch
        {
            ServerKind.Prosody => new ProsodyServer(setup),
            ServerKind.Ejabberd => (XmppServer)new EjabberdServer(setup),
            ServerKind.Local => new InProcessServer(setup),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There is no such XMPP server."),
        };
        try
        {
            await server.StartAsync();
            foreach (var user in new[] { "alice", "bob", "carol" })
                await server.AddAccountAsync(user, "pw-" + user);
            if (kind is not ServerKind.Local)
                await server.AddAccountAsync("mallory@" + ForeignDomain, "pw-mallory");
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Adds an account, <c>user</c> or <c>user@domain</c>; a name that is taken throws <see cref="InvalidOperationException"/>.</summary>
    public async Task AddAccountAsync(string user, string password)
    {
        if (!passwords.TryAdd(user, password))
            throw new InvalidOperationException($"There is an account '{user}' already; choose another name.");
        await RegisterAsync(user, password);
    }

    /// <summary>The connection string of an account, with STARTTLS or direct TLS, that trusts this server's certificate.</summary>
    public string ConnectionString(string user, string? resource = null, bool directTls = false)
    {
        var connection = new DbConnectionStringBuilder
        {
            ["Jid"] = BareJid(user) + (resource is null ? "" : "/" + resource),
            ["Password"] = passwords.TryGetValue(user, out var password) ? password : throw new ArgumentException($"There is no account '{user}'; add it with AddAccountAsync.", nameof(user)),
            ["Host"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{(directTls ? DirectTlsPort : Port)}"),
            ["TrustedCertificate"] = CertificateFile,
        };
        if (directTls)
            connection["Tls"] = "Direct";
        return connection.ConnectionString;
    }

    /// <summary>The connection string of an account over a WebSocket, that trusts this server's certificate.</summary>
    public string WebSocketConnectionString(string user, string? resource = null)
    {
        var connection = new DbConnectionStringBuilder { ConnectionString = ConnectionString(user, resource), ["WebSocket"] = WebSocketAddress.ToString() };
        connection.Remove("Host");
        return connection.ConnectionString;
    }

    /// <summary>The connection string of a component, by the first label of its domain.</summary>
    public string ComponentConnectionString(string name = "svc") => new DbConnectionStringBuilder
    {
        ["Component"] = "true",
        ["Jid"] = Components.Contains(name, StringComparer.Ordinal) ? ComponentDomain(name) : throw new ArgumentException($"There is no component '{name}'; there are {string.Join(" and ", Components)}.", nameof(name)),
        ["Password"] = ComponentSecret,
        ["Host"] = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{ComponentPort}"),
        ["Tls"] = "None",
    }.ConnectionString;

    /// <summary>The domain of a component.</summary>
    public static string ComponentDomain(string name = "svc") => $"{name}.{Domain}";

    /// <summary>Ends the server as a power cut does (SIGKILL). Idempotent.</summary>
    public abstract Task KillAsync();

    /// <summary>Ends the server with <see cref="KillAsync"/> and starts it again on the same ports and data, with all accounts.</summary>
    public async Task RestartAsync()
    {
        await KillAsync();
        await StartAsync();
        await RestoreAccountsAsync(passwords);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        RemoveFiles();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind.ToString();

    /// <summary>Name and domain of an account.</summary>
    protected static (string Local, string Domain) Split(string user) => user.Split('@') is [var local, var domain] ? (local, domain) : (user, Domain);

    /// <summary>Starts the server; complete when a client is answered.</summary>
    protected abstract Task StartAsync();

    /// <summary>Creates the account in the server; one that is there already may be kept as it is.</summary>
    protected abstract Task RegisterAsync(string user, string password);

    /// <summary>Makes sure after a restart that accounts are there which the server may not have had on its disk yet.</summary>
    protected virtual Task RestoreAccountsAsync(IEnumerable<KeyValuePair<string, string>> accounts) => Task.CompletedTask;

    private static string BareJid(string user)
    {
        var (local, domain) = Split(user);
        return $"{local}@{domain}";
    }

    /// <summary>Removes what the server left behind.</summary>
    protected abstract void RemoveFiles();
}
