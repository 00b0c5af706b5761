namespace XmppRpc.Generators.Emitting;

/// <summary>The runtime's types as generated code writes them.</summary>
internal static class RuntimeTypes
{
    public const string Stream = "global::" + KnownNames.RpcStreamAttribute.Type;
    public const string Authorize = "global::" + KnownNames.RpcAuthorizeAttribute.Type;
    public const string CallOptions = "global::" + KnownNames.RpcCallOptions.Type;
    public const string Proxy = "global::" + KnownNames.RpcProxy.Type;
    public const string ContractInfo = "global::" + KnownNames.RpcContractInfo.Type;
    public const string MethodInfo = "global::" + KnownNames.RpcMethodInfo.Type;
    public const string FaultInfo = "global::" + KnownNames.RpcFaultInfo.Type;
    public const string MethodKind = "global::" + KnownNames.RpcMethodKind.Type;
    public const string Invoker = "global::" + KnownNames.RpcInvoker.Type;
    public const string Dispatcher = "global::" + KnownNames.RpcDispatcher.Type;
    public const string Responder = "global::" + KnownNames.RpcResponder.Type;
    public const string ArgumentReader = "global::" + KnownNames.RpcArgumentReader.Type;
    public const string Json = "global::" + KnownNames.RpcJson.Type;

    public const string CancellationToken = "global::System.Threading.CancellationToken";
    public const string ValueTask = "global::System.Threading.Tasks.ValueTask";

    public static string ContractOf(string type) => Of(KnownNames.RpcContract.Type, type);

    public static string FaultOf(string detail) => Of(KnownNames.TypedFaultInfo.Type, detail);

    private static string Of(string generic, string argument) => $"global::{generic.Replace("`1", "")}<{argument}>";
}
