using XmppRpc.Serialization;

namespace XmppRpc.Contracts;

/// <summary>A contract as data: written by the generator, read by the endpoint. The place of a method in <see cref="Methods"/> is its index in the dispatcher.</summary>
public sealed class RpcContractInfo(string name, int version, RpcJson json, IReadOnlyList<RpcMethodInfo> methods, IReadOnlyList<Type> jsonTypes)
{
    private bool _validated;

    /// <summary>The contract's name on the wire.</summary>
    public string Name { get; } = name;

    /// <summary>The major version.</summary>
    public int Version { get; } = version;

    /// <summary>How the contract's payloads are written and read.</summary>
    public RpcJson Json { get; } = json;

    /// <summary>All methods, inherited ones included; those keep the name and version of the contract they come from.</summary>
    public IReadOnlyList<RpcMethodInfo> Methods { get; } = methods;

    /// <summary>Every type that arguments and results are made of.</summary>
    public IReadOnlyList<Type> JsonTypes { get; } = jsonTypes;

    /// <summary>Checks once that every type can be written and read; <see cref="RpcContractException"/> lists all that cannot.</summary>
    public void Validate()
    {
        if (_validated)
            return;
        var missing = JsonTypes.Where(type => !Json.Knows(type)).Select(type => $"[JsonSerializable(typeof({CSharpName(type)}))]").ToList();
        if (missing.Count > 0)
            throw new RpcContractException($"Contract {Name} cannot be used: its JSON context {Json.ContextName ?? "(none)"} lacks {string.Join(", ", missing)}. "
                + (Json.ContextName is null ? "Declare a JsonSerializerContext with these lines and name it in [RpcContract(JsonContext = …)]." : "Add these lines to it."));
        _validated = true;
    }

    private static string CSharpName(Type type)
    {
        if (type.IsArray)
            return CSharpName(type.GetElementType()!) + "[]";
        var name = (type.FullName ?? type.Name).Replace('+', '.');
        return type.IsGenericType
            ? $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(CSharpName))}>"
            : name;
    }
}
