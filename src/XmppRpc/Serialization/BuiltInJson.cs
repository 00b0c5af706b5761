using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace XmppRpc.Serialization;

/// <summary>Metadata of the types that generated code reads without asking its contract.</summary>
internal static class BuiltInJson
{
    private static readonly JsonSerializerOptions Options = new() { TypeInfoResolver = new BuiltInTypes(), Encoder = RpcJson.Encoder };

    public static readonly JsonTypeInfo<string> String = Of<string>();
    public static readonly JsonTypeInfo<bool> Boolean = Of<bool>();
    public static readonly JsonTypeInfo<int> Int32 = Of<int>();
    public static readonly JsonTypeInfo<long> Int64 = Of<long>();

    private static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
}
