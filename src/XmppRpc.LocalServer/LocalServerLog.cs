using Microsoft.Extensions.Logging;
using XmppRpc.Xmpp;

namespace XmppRpc.LocalServer;

/// <summary>Everything this assembly logs. Never a password, never what a stanza says.</summary>
internal static partial class LocalServerLog
{
    [LoggerMessage(1, LogLevel.Information, "Serving {Domain} at {Endpoint}, for development only.")]
    public static partial void Started(ILogger log, string domain, string endpoint);

    [LoggerMessage(2, LogLevel.Information, "Stopped serving {Domain}.")]
    public static partial void Stopped(ILogger log, string domain);

    [LoggerMessage(3, LogLevel.Debug, "{Jid} is connected.")]
    public static partial void Bound(ILogger log, Jid jid);

    [LoggerMessage(4, LogLevel.Debug, "{Jid} is gone ({Condition}): {Reason}")]
    public static partial void Ended(ILogger log, Jid jid, string condition, string reason);

    [LoggerMessage(5, LogLevel.Debug, "A login failed: {Condition}.")]
    public static partial void LoginFailed(ILogger log, string condition);

    [LoggerMessage(6, LogLevel.Warning, "A connection could not be accepted: {Reason}")]
    public static partial void AcceptFailed(ILogger log, string reason);

    [LoggerMessage(7, LogLevel.Error, "A session failed.")]
    public static partial void Failed(ILogger log, Exception exception);
}
