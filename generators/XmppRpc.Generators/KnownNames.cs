namespace XmppRpc.Generators;

/// <summary>The runtime's names. The generator knows the runtime by them alone; a test compares them with the real assembly.</summary>
internal static class KnownNames
{
    internal static class RpcContractAttribute
    {
        internal const string Type = "XmppRpc.RpcContractAttribute";
        internal const string Version = "Version";
        internal const string JsonContext = "JsonContext";
        internal const string TimeoutSeconds = "TimeoutSeconds";
    }

    internal static class RpcMethodAttribute
    {
        internal const string Type = "XmppRpc.RpcMethodAttribute";
        internal const string OneWay = "OneWay";
        internal const string Idempotent = "Idempotent";
        internal const string TimeoutSeconds = "TimeoutSeconds";
    }

    internal static class RpcStreamAttribute
    {
        internal const string Type = "XmppRpc.RpcStreamAttribute";
        internal const string Window = "Window";
        internal const string WindowBytes = "WindowBytes";
        internal const string MaxBatch = "MaxBatch";
        internal const string MaxBatchBytes = "MaxBatchBytes";
    }

    internal static class RpcAuthorizeAttribute
    {
        internal const string Type = "XmppRpc.RpcAuthorizeAttribute";
        internal const string Domains = "Domains";
        internal const string RosterGroups = "RosterGroups";
        internal const string Policy = "Policy";
    }

    internal static class RpcAllowAnyoneAttribute
    {
        internal const string Type = "XmppRpc.RpcAllowAnyoneAttribute";
    }

    internal static class RpcFaultAttribute
    {
        internal const string Type = "XmppRpc.RpcFaultAttribute`1";
    }

    internal static class RpcHeaderAttribute
    {
        internal const string Type = "XmppRpc.RpcHeaderAttribute";
    }

    internal static class Deferred
    {
        internal const string Type = "XmppRpc.Deferred`1";
    }

    internal static class DeferredFactory
    {
        internal const string Type = "XmppRpc.Deferred";
        internal const string Later = "Later";
    }

    internal static class DeferredTicket
    {
        internal const string Type = "XmppRpc.DeferredTicket`1";
    }

    internal static class DeferredToken
    {
        internal const string Type = "XmppRpc.DeferredToken`1";
    }

    internal static class RpcFaultException
    {
        internal const string Type = "XmppRpc.RpcFaultException`1";
    }

    internal static class Jid
    {
        internal const string Type = "XmppRpc.Xmpp.Jid";
    }

    internal static class RpcEndpoint
    {
        internal const string Type = "XmppRpc.RpcEndpoint";
        internal const string Get = "Get";
        internal const string Serve = "Serve";
    }

    internal static class ProxyMethods
    {
        internal const string Type = "XmppRpc.RpcProxy";
        internal const string GetTarget = "GetTarget";
    }

    internal static class RpcCallOptions
    {
        internal const string Type = "XmppRpc.RpcCallOptions";
    }

    internal static class RpcContract
    {
        internal const string Type = "XmppRpc.Contracts.IRpcContract`1";
        internal const string Contract = "Contract";
        internal const string CreateProxy = "CreateProxy";
        internal const string CreateDispatcher = "CreateDispatcher";
    }

    internal static class RpcProxy
    {
        internal const string Type = "XmppRpc.Contracts.IRpcProxy";
        internal const string Invoker = "Invoker";
    }

    internal static class RpcContractInfo
    {
        internal const string Type = "XmppRpc.Contracts.RpcContractInfo";
    }

    internal static class RpcMethodInfo
    {
        internal const string Type = "XmppRpc.Contracts.RpcMethodInfo";
        internal const string Timeout = "Timeout";
        internal const string Idempotent = "Idempotent";
        internal const string Stream = "Stream";
        internal const string HasUpload = "HasUpload";
        internal const string Faults = "Faults";
        internal const string Authorize = "Authorize";
        internal const string AllowAnyone = "AllowAnyone";
        internal const string Restrictions = "Restrictions";
    }

    internal static class RpcFaultInfo
    {
        internal const string Type = "XmppRpc.Contracts.RpcFaultInfo";
    }

    internal static class TypedFaultInfo
    {
        internal const string Type = "XmppRpc.Contracts.RpcFaultInfo`1";
    }

    internal static class RpcMethodKind
    {
        internal const string Type = "XmppRpc.Contracts.RpcMethodKind";
        internal const string Unary = "Unary";
        internal const string OneWay = "OneWay";
        internal const string Stream = "Stream";
        internal const string Deferred = "Deferred";
    }

    internal static class RpcInvoker
    {
        internal const string Type = "XmppRpc.Contracts.RpcInvoker";
        internal const string Begin = "Begin";
        internal const string CallAsync = "CallAsync";
        internal const string SendAsync = "SendAsync";
        internal const string DeferAsync = "DeferAsync";
        internal const string StreamAsync = "StreamAsync";
    }

    internal static class RpcDispatcher
    {
        internal const string Type = "XmppRpc.Contracts.RpcDispatcher";
        internal const string DispatchAsync = "DispatchAsync";
    }

    internal static class RpcResponder
    {
        internal const string Type = "XmppRpc.Contracts.RpcResponder";
        internal const string ReplyAsync = "ReplyAsync";
        internal const string DeferAsync = "DeferAsync";
        internal const string StreamAsync = "StreamAsync";
    }

    internal static class RpcArgumentWriter
    {
        internal const string Type = "XmppRpc.Serialization.RpcArgumentWriter";
        internal const string Write = "Write";
        internal const string WriteStream = "WriteStream";
        internal const string ReportTo = "ReportTo";
        internal const string WriteHeader = "WriteHeader";
        internal const string Use = "Use";
    }

    internal static class RpcArgumentReader
    {
        internal const string Type = "XmppRpc.Serialization.RpcArgumentReader";
        internal const string String = "String";
        internal const string Boolean = "Boolean";
        internal const string Int32 = "Int32";
        internal const string Int64 = "Int64";
        internal const string Read = "Read";
        internal const string ReadNullable = "ReadNullable";
        internal const string ReadStream = "ReadStream";
        internal const string Progress = "Progress";
        internal const string Header = "Header";
        internal const string HeaderOrNull = "HeaderOrNull";
    }

    internal static class RpcJson
    {
        internal const string Type = "XmppRpc.Serialization.RpcJson";
        internal const string WithEnum = "WithEnum";
        internal const string TypeInfo = "TypeInfo";
    }
}
