using System.Net.Security;
using Microsoft.Extensions.Logging;
using XmppRpc.LocalServer.Accounts;
using XmppRpc.LocalServer.Routing;

namespace XmppRpc.LocalServer.Sessions;

/// <summary>What all sessions of one server share.</summary>
internal sealed record ServerContext(
    LocalXmppServerOptions Options,
    AccountBook Accounts,
    ComponentBook Components,
    Router Router,
    StreamManagement Streams,
    SslServerAuthenticationOptions Tls,
    ILogger Log);
