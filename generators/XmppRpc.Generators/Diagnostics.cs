using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators;

/// <summary>Why an interface cannot be a contract; each has a page in <c>docs/diagnostics</c>.</summary>
internal static class Diagnostics
{
    public static readonly DiagnosticDescriptor NotPartial = Error("XRPC001", "Contract must be partial", "'{0}' must be partial, so that contract '{1}' can be completed");

    public static readonly DiagnosticDescriptor NotAccessible = Error("XRPC002", "Contract must be accessible", "Contract '{0}' cannot be completed: {1}");

    public static readonly DiagnosticDescriptor UnsupportedReturnType = Error("XRPC003", "Unsupported return type",
        "'{0}' must return Task, Task<T>, ValueTask, ValueTask<T>, Task<Deferred<T>> or IAsyncEnumerable<T>: {1}");

    public static readonly DiagnosticDescriptor UnsupportedMember = Error("XRPC004", "Unsupported member", "'{0}' cannot be part of a contract: {1}");

    public static readonly DiagnosticDescriptor GenericMethod = Error("XRPC005", "Generic method", "'{0}' cannot be called remotely because it has type parameters; declare a method for each type");

    public static readonly DiagnosticDescriptor UnsupportedParameter = Error("XRPC006", "Unsupported parameter", "Parameter '{0}' of '{1}' cannot be sent: {2}");

    public static readonly DiagnosticDescriptor DuplicateWireName = Error("XRPC007", "Wire name used twice", "'{0}' and '{1}' are both '{2}' on the wire; name one of them with [RpcMethod(\"…\")]");

    public static readonly DiagnosticDescriptor RepeatedSpecialParameter = Error("XRPC008", "Special parameter repeated", "'{0}' has more than one {1}; keep one");

    public static readonly DiagnosticDescriptor OneWayWithResult = Error("XRPC011", "One-way must not return a value", "One-way '{0}' {1}, because no answer is sent");

    public static readonly DiagnosticDescriptor InvalidStreamSettings = Error("XRPC013", "Stream settings invalid", "[RpcStream] of '{0}' is not valid: {1}");

    public static readonly DiagnosticDescriptor StreamInsideData = Error("XRPC015", "Stream inside data", "'{0}' cannot be sent: {1}");

    public static readonly DiagnosticDescriptor InvalidName = Error("XRPC016", "Name on the wire invalid", "'{0}' is no name for the wire: {1}");

    public static readonly DiagnosticDescriptor InvalidSettings = Error("XRPC017", "Contract settings invalid", "{0} of '{1}' is not valid: {2}");

    public static readonly DiagnosticDescriptor InvalidFault = Error("XRPC018", "Fault invalid", "[RpcFault] of '{0}' is not valid: {1}");

    public static readonly DiagnosticDescriptor InvalidHeader = Error("XRPC019", "Header parameter invalid", "[RpcHeader] parameter '{0}' of '{1}' is not valid: {2}");

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "XmppRpc", DiagnosticSeverity.Error, isEnabledByDefault: true, helpLinkUri: $"docs/diagnostics/{id}.md");
}
