using Microsoft.Extensions.Logging;

namespace XmppRpc.Xmpp;

/// <summary>Everything this assembly logs. Never a secret, never what a stanza says.</summary>
internal static partial class XmppLog
{
    [LoggerMessage(1, LogLevel.Debug, "Connecting {Account} to {Endpoint}.")]
    public static partial void Connecting(ILogger log, Jid account, string endpoint);

    [LoggerMessage(2, LogLevel.Debug, "{Account}: TLS established, {Protocol}.")]
    public static partial void Encrypted(ILogger log, Jid account, string protocol);

    [LoggerMessage(3, LogLevel.Debug, "{Account}: authenticated by {Mechanism}.")]
    public static partial void Authenticated(ILogger log, Jid account, string mechanism);

    [LoggerMessage(4, LogLevel.Information, "Connected as {Jid}.")]
    public static partial void Connected(ILogger log, Jid jid);

    [LoggerMessage(5, LogLevel.Information, "Disconnected {Jid} in order.")]
    public static partial void Disconnected(ILogger log, Jid jid);

    [LoggerMessage(6, LogLevel.Warning, "Lost the connection of {Jid}: {Reason}")]
    public static partial void Lost(ILogger log, Jid jid, string reason);

    [LoggerMessage(7, LogLevel.Warning, "{Jid}: passed over an element from {Sender}: {Reason}. Further ones from there are only counted.")]
    public static partial void Skipped(ILogger log, Jid jid, string sender, string reason);

    [LoggerMessage(8, LogLevel.Information, "Reconnected as {Jid}: {How}.")]
    public static partial void Reconnected(ILogger log, Jid jid, string how);

    [LoggerMessage(9, LogLevel.Debug, "{Jid} is not connected yet: {Reason}")]
    public static partial void NotReconnected(ILogger log, Jid jid, string reason);

    [LoggerMessage(10, LogLevel.Error, "The connection of {Jid} has ended: {Reason}")]
    public static partial void GaveUp(ILogger log, Jid jid, string reason);

    [LoggerMessage(20, LogLevel.Debug, "{Account}: {Place} answers; TLS from the first byte: {IsDirectTls}.")]
    public static partial void Dialled(ILogger log, Jid account, string place, bool isDirectTls);

    [LoggerMessage(21, LogLevel.Information, "{Account}: {Problem}; trying without them.")]
    public static partial void LookupFailed(ILogger log, Jid account, string problem);

    [LoggerMessage(31, LogLevel.Debug, "{Account}: the XMPP server refused the token of {Mechanism} with {Condition}; logging in without it.")]
    public static partial void TokenRefused(ILogger log, Jid account, string mechanism, string condition);

    [LoggerMessage(30, LogLevel.Warning, "The PasswordFile '{Path}' can be read by every user of this machine. Restrict it to its owner (chmod 600) unless it is a secret of a container.")]
    public static partial void PasswordFileReadable(ILogger log, string path);

    [LoggerMessage(11, LogLevel.Debug, "{Jid}: the answer to {Asker} is too large to be sent.")]
    public static partial void NotAnswered(ILogger log, Jid jid, string asker);

    [LoggerMessage(12, LogLevel.Warning, "{Jid}: the program waits for an acknowledgement or an answer, and takes nothing of what was received before it. Receive from another task than the one that sends or asks, or raise MaxReceivedStanzasWhileAwaited.")]
    public static partial void Stuck(ILogger log, Jid jid);
}
