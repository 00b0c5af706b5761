using XmppRpc.Generators.Model;
using XmppRpc.Generators.Parsing;

namespace XmppRpc.Generators.Emitting;

/// <summary>The names of what is generated for one contract.</summary>
internal sealed class ContractNames
{
    // What a static class has from object, and what the class with the data has itself.
    private static readonly string[] Reserved = ["Json", "Info", "Equals", "ReferenceEquals", "GetType", "GetHashCode", "ToString", "MemberwiseClone", "Finalize"];

    private readonly ContractModel _model;
    private readonly string[] _fields;

    public ContractNames(ContractModel model)
    {
        _model = model;
        Rpc = CSharp.Free(model.BareName + "_Rpc", [.. model.Methods.SelectMany(method => method.Parameters).Select(parameter => parameter.Name)]);
        var taken = new HashSet<string>(Reserved, StringComparer.Ordinal) { Rpc };
        _fields = new string[model.Methods.Count];
        for (var i = 0; i < _fields.Length; i++)
        {
            var name = CSharp.Free(WireNames.BareMethodName(model.Methods[i].Name), taken);
            taken.Add(name);
            _fields[i] = name.Escaped();
        }
    }

    /// <summary>The class with the contract as data; no parameter hides it.</summary>
    public string Rpc { get; }

    public string Proxy => _model.BareName + "_Proxy";

    public string Dispatcher => _model.BareName + "_Dispatcher";

    /// <summary>The field with a method as data, inside <see cref="Rpc"/>.</summary>
    public string Field(int method) => _fields[method];

    /// <summary>That field as an expression in the proxy.</summary>
    public string Info(int method) => $"{Rpc}.{_fields[method]}";

    /// <summary>A generated class, out of reach of the names around the contract.</summary>
    public string Global(string name) => _model.Namespace is null ? "global::" + name : $"global::{_model.Namespace}.{name}";

    /// <summary>A type's metadata for JSON, as an expression in the proxy and the dispatcher.</summary>
    public string TypeInfo(string type) => $"{Rpc}.Json.{KnownNames.RpcJson.TypeInfo}<{type}>()";
}
