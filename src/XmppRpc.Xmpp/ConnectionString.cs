using System.Data.Common;
using System.Globalization;

namespace XmppRpc.Xmpp;

/// <summary>The text form of <see cref="XmppConnectionOptions"/>. A message never repeats a key it does not know: it may be the tail of an unquoted password.</summary>
internal static class ConnectionString
{
    private static readonly string[] Keys =
        ["Jid", "Password", "PasswordFile", "ClientCertificateFile", "ClientCertificateKeyFile", "ClientCertificatePassword", "MinimumMechanism", "Host", "WebSocket", "Tls", "TrustedCertificate",
         "CertificateFingerprint", "AllowPlain", "AllowClearText", "ConnectTimeout", "Component"];

    private const string Hidden = "***";

    public static XmppConnectionOptions Parse(string connectionString)
    {
        ArgumentNullException.ThrowIfNull(connectionString);
        var values = Split(connectionString);
        var place = ParseHost(Optional(values, "Host"));
        var options = new XmppConnectionOptions
        {
            Jid = ParseJid(Required(values, "Jid")),
            Password = Optional(values, "Password"),
            PasswordFile = Optional(values, "PasswordFile"),
            ClientCertificateFile = Optional(values, "ClientCertificateFile"),
            ClientCertificateKeyFile = Optional(values, "ClientCertificateKeyFile"),
            ClientCertificatePassword = Optional(values, "ClientCertificatePassword"),
            MinimumMechanism = Optional(values, "MinimumMechanism")?.ToUpperInvariant(),
            IsComponent = ParseBool(values, "Component"),
            Host = place?.Host,
            Port = place?.Port,
            WebSocket = ParseUri(Optional(values, "WebSocket")),
            Tls = ParseTls(Optional(values, "Tls")),
            TrustedCertificate = Optional(values, "TrustedCertificate"),
            CertificateFingerprint = Optional(values, "CertificateFingerprint"),
            AllowPlain = ParseBool(values, "AllowPlain"),
            AllowClearText = ParseBool(values, "AllowClearText"),
        };
        if (Optional(values, "ConnectTimeout") is { } seconds)
            options = options with { ConnectTimeout = ParseSeconds(seconds) };
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            throw Bad(e.Message, e);
        }

        return options;
    }

    public static string Format(XmppConnectionOptions options)
    {
        var text = new DbConnectionStringBuilder { ["Jid"] = options.Jid.ToString() };
        if (options.Password is not null)
            text["Password"] = Hidden;
        if (options.PasswordFile is not null)
            text["PasswordFile"] = options.PasswordFile;
        if (options.ClientCertificateFile is not null)
            text["ClientCertificateFile"] = options.ClientCertificateFile;
        if (options.ClientCertificateKeyFile is not null)
            text["ClientCertificateKeyFile"] = options.ClientCertificateKeyFile;
        if (options.ClientCertificatePassword is not null)
            text["ClientCertificatePassword"] = Hidden;
        if (options.MinimumMechanism is not null)
            text["MinimumMechanism"] = options.MinimumMechanism;
        if (options.IsComponent)
            text["Component"] = "true";
        if (options.Host is not null || options.Port is not null)
            text["Host"] = ConnectTo.Format(options.Host ?? options.Jid.Domain, options.Port);
        if (options.WebSocketAddress is { } address)
            text["WebSocket"] = options.WebSocket is { IsAbsoluteUri: true, Query.Length: > 0 } ? $"{address}?{Hidden}" : address;
        if (options.Tls != XmppTlsMode.Required)
            text["Tls"] = options.Tls.ToString();
        if (options.TrustedCertificate is not null)
            text["TrustedCertificate"] = options.TrustedCertificate;
        if (options.CertificateFingerprint is not null)
            text["CertificateFingerprint"] = options.CertificateFingerprint;
        if (options.AllowPlain)
            text["AllowPlain"] = "true";
        if (options.AllowClearText)
            text["AllowClearText"] = "true";
        if (options.ConnectTimeout != TimeSpan.FromSeconds(30))
            text["ConnectTimeout"] = options.ConnectTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture);
        return text.ConnectionString;
    }

    private static Dictionary<string, string> Split(string connectionString)
    {
        DbConnectionStringBuilder builder;
        try
        {
            builder = new() { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            // the cause is not passed on: it may quote the text, and with it the password
            throw Bad("The connection string is malformed; it is written Key=value;Key=value, and a value that holds ; ' or \" is quoted.");
        }

        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string key in builder.Keys)
            if (Keys.Contains(key, StringComparer.OrdinalIgnoreCase))
                values[key] = Convert.ToString(builder[key], CultureInfo.InvariantCulture)!;
            else
                throw Bad($"Key number {values.Count + 1} of the connection string is unknown. A value that holds ; is quoted.");
        return values;
    }

    private static string? Optional(Dictionary<string, string> values, string key) => values.TryGetValue(key, out var value) && value.Length > 0 ? value : null;

    private static string Required(Dictionary<string, string> values, string key) => Optional(values, key) ?? throw Bad($"The connection string has no {key}.");

    private static Jid ParseJid(string text)
    {
        try
        {
            return Jid.Parse(text);
        }
        catch (FormatException e)
        {
            throw Bad($"The connection string's Jid is not a JID: {e.Message}", e);
        }
    }

    private static XmppTlsMode ParseTls(string? text) => text?.ToUpperInvariant() switch
    {
        null or "REQUIRED" => XmppTlsMode.Required,
        "STARTTLS" => XmppTlsMode.StartTls,
        "DIRECT" => XmppTlsMode.Direct,
        "NONE" => XmppTlsMode.None,
        _ => throw Bad("The connection string's Tls must be Required, StartTls, Direct or None."),
    };

    private static Uri? ParseUri(string? text) => text is null ? null : Uri.TryCreate(text, UriKind.Absolute, out var uri) ? uri : throw Bad("The connection string's WebSocket must be an address as wss://example.org/xmpp-websocket.");

    private static bool ParseBool(Dictionary<string, string> values, string key) => Optional(values, key) switch
    {
        null => false,
        { } text when bool.TryParse(text, out var value) => value,
        _ => throw Bad($"The connection string's {key} must be true or false."),
    };

    private static TimeSpan ParseSeconds(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is > 0 and <= 86400
            ? TimeSpan.FromSeconds(seconds)
            : throw Bad("The connection string's ConnectTimeout must be a number of seconds above 0 and at most 86400.");

    private static ConnectTo? ParseHost(string? text) => text is null ? null : ConnectTo.TryParse(text, out var place) ? place : throw BadHost();

    private static ArgumentException BadHost() => Bad("The connection string's Host must be host, host:port or [IPv6 address]:port, with a port between 1 and 65535.");

    private static ArgumentException Bad(string problem, Exception? cause = null) => new($"{problem} Known keys: {string.Join(", ", Keys)}.", cause);
}
