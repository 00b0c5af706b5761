using System.Text;
using Microsoft.Extensions.Logging;

namespace XmppRpc.Xmpp.Sasl;

/// <summary>Where the password comes from: asked anew at each login, so that one that was changed works at the next.</summary>
internal static class PasswordSource
{
    private const int MaxFileBytes = 4096;

    /// <summary>The password. What cannot be had is an <see cref="XmppAuthenticationException"/> that may heal; none of its texts shows what was read.</summary>
    public static async ValueTask<string> GetAsync(XmppConnectionOptions options, ILogger log, CancellationToken cancellationToken)
    {
        if (options.Password is { } password)
            return password;
        if (options.PasswordFile is { } path)
            return await ReadAsync(path, log, cancellationToken).ConfigureAwait(false);
        try
        {
            return await options.PasswordProvider!(cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is { Length: > 0 } provided ? provided
                : throw Unavailable($"The PasswordProvider gave no password for {options.Jid.Bare}.");
        }
        catch (Exception e) when (e is not XmppException && !(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            throw Unavailable($"The PasswordProvider for {options.Jid.Bare} failed with {e.GetType().Name}. See the inner exception.", e);
        }
    }

    /// <summary>For a password that was not fixed when the connection was configured, what SASLprep refuses is no misuse but may heal as well.</summary>
    public static string Prepare(XmppConnectionOptions options, string password)
    {
        try
        {
            return SaslPrep.Prepare(password);
        }
        catch (ArgumentException e) when (options.Password is null)
        {
            throw Unavailable(e.Message);
        }
    }

    private static async Task<string> ReadAsync(string path, ILogger log, CancellationToken cancellationToken)
    {
        byte[] bytes;
        try
        {
            // container secrets are mounted readable by all, so it is no reason to refuse
            if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead))
                XmppLog.PasswordFileReadable(log, path);
            bytes = new FileInfo(path).Length <= MaxFileBytes ? await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false)
                : throw Unavailable($"The PasswordFile '{path}' is above {MaxFileBytes} bytes; it must hold the password and nothing else.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Unavailable($"The PasswordFile '{path}' could not be read: {e.Message}", e);
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes).TrimStart('\uFEFF');
            text = text.EndsWith("\r\n", StringComparison.Ordinal) ? text[..^2] : text.EndsWith('\n') ? text[..^1] : text;
            return text.Length > 0 ? text : throw Unavailable($"The PasswordFile '{path}' is empty.");
        }
        catch (ArgumentException)
        {
            // the cause would quote bytes of the password
            throw Unavailable($"The PasswordFile '{path}' is not UTF-8.");
        }
    }

    private static XmppAuthenticationException Unavailable(string why, Exception? cause = null) => new("credentials-unavailable", why, cause);
}
