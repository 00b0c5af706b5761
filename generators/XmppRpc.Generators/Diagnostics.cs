using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators;

/// <summary>What the analyzers say: why an interface cannot be a contract, and what is likely wrong in code around one. Each has a page in <c>docs/diagnostics</c>.</summary>
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

    public static readonly DiagnosticDescriptor TokenNotLast = Warning("XRPC009", "CancellationToken should be last", "CancellationToken '{0}' of '{1}' should be the last parameter");

    public static readonly DiagnosticDescriptor NotCancellable = Info("XRPC010", "Method cannot be cancelled", "'{0}' takes no CancellationToken, so a caller can only stop waiting for it, not end it");

    public static readonly DiagnosticDescriptor DefaultDiffers = Warning("XRPC012", "Default value differs", "The default of '{0}' is {1} in contract '{2}'; callers of the contract never see this one");

    public static readonly DiagnosticDescriptor NoEnumeratorCancellation = Warning("XRPC014", "Missing [EnumeratorCancellation]", "'{0}' of '{1}' should have [EnumeratorCancellation], so that a stream that is enumerated in the process can be cancelled too");

    public static readonly DiagnosticDescriptor NotInJsonContext = Warning("XRPC020", "Type missing from JSON context", "'{1}' lacks [JsonSerializable(typeof({0}))], which contract '{2}' needs");

    public static readonly DiagnosticDescriptor NoJsonContext = Info("XRPC021", "Contract has no JSON context", "Contract '{0}' has no JsonContext for {1}; without reflection (trimmed, native AOT) it cannot be used");

    public static readonly DiagnosticDescriptor NotDeserializable = Warning("XRPC022", "Type cannot be deserialized", "'{0}' cannot be read from JSON: {1}");

    public static readonly DiagnosticDescriptor SuspiciousMember = Warning("XRPC023", "Suspicious member in payload", "'{0}' is sent with '{1}': {2}");

    public static readonly DiagnosticDescriptor DeferredIgnored = Warning("XRPC030", "Deferred result ignored", "This only waits until '{0}' has taken the call; the answer is awaited by a second await, or kept");

    public static readonly DiagnosticDescriptor LaterOutsideCall = Error("XRPC031", "Deferred.Later outside a contract method", "No call is being served here, so there is none whose answer could come later");

    public static readonly DiagnosticDescriptor TokenNotStored = Warning("XRPC032", "Ticket token not stored", "The token of this ticket is never read, so nobody can give the answer that it promises");

    public static readonly DiagnosticDescriptor Blocking = Warning("XRPC040", "Blocking on a call", "'{0}' blocks a thread until '{1}' is answered by another process; await it");

    public static readonly DiagnosticDescriptor UndeclaredFault = Warning("XRPC041", "Undeclared fault", "'{0}' does not declare [RpcFault<{1}>({2})], so its caller cannot catch this fault by its type");

    public static readonly DiagnosticDescriptor CatchOfUndeclaredFault = Warning("XRPC042", "Catch of undeclared fault", "No method called here declares [RpcFault<{0}>], so this is never caught");

    public static readonly DiagnosticDescriptor InterfaceTest = Warning("XRPC043", "Interface test on a proxy", "A proxy of '{0}' is never a '{1}', whatever its target serves");

    public static readonly DiagnosticDescriptor CallDropped = Warning("XRPC044", "Task of proxy call dropped", "{0}");

    public static readonly DiagnosticDescriptor MethodRemoved = Warning("XRPC050", "Method removed from contract", "RpcContracts.txt has '{0}', which contract '{1}' has no longer; put it back, or mark the line *RETIRED*");

    public static readonly DiagnosticDescriptor SignatureChanged = Warning("XRPC051", "Signature changed", "'{0}' is not what RpcContracts.txt says: {1}; programs of before cannot talk to it under the same Version");

    public static readonly DiagnosticDescriptor MethodNotRecorded = Warning("XRPC052", "Method not recorded", "RpcContracts.txt lacks '{0}'");

    public static readonly DiagnosticDescriptor ContractRemoved = new("XRPC053", "Contract removed or version went down", "Contract '{0}' {1}", "XmppRpc", DiagnosticSeverity.Warning, isEnabledByDefault: true,
        helpLinkUri: "docs/diagnostics/XRPC053.md", customTags: [WellKnownDiagnosticTags.CompilationEnd]);

    public static readonly DiagnosticDescriptor NoHistory = Info("XRPC054", "RpcContracts.txt missing", "The project records its contracts (XmppRpcContracts), but has no RpcContracts.txt for '{0}'");

    public static readonly DiagnosticDescriptor NoAccessDecision = Warning("XRPC060", "No authorization decision", "Contract '{0}' is served without saying who may call {1}: add [RpcAuthorize] (its own domain, or what it names) or [RpcAllowAnyone]");

    public static readonly DiagnosticDescriptor IdentityFromParameter = Info("XRPC061", "Identity from a parameter", "'{0}' is what the caller says; who calls is in RpcContext.Current.Caller, stamped by the servers");

    public static readonly DiagnosticDescriptor NotAContract = Error("XRPC090", "Not a contract", "'{0}' is no contract: '{1}' needs an interface with [RpcContract]");

    private static DiagnosticDescriptor Error(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Error);

    private static DiagnosticDescriptor Warning(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Warning);

    private static DiagnosticDescriptor Info(string id, string title, string message) => Rule(id, title, message, DiagnosticSeverity.Info);

    private static DiagnosticDescriptor Rule(string id, string title, string message, DiagnosticSeverity severity) =>
        new(id, title, message, "XmppRpc", severity, isEnabledByDefault: true, helpLinkUri: $"docs/diagnostics/{id}.md");
}
