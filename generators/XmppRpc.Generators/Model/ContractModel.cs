namespace XmppRpc.Generators.Model;

/// <summary>All that the output of one contract depends on, as text: no symbol, syntax or location may get in here, or nothing would ever be cached.</summary>
/// <param name="HintName">The generated file's name.</param>
/// <param name="Namespace">With keywords escaped; null for the global namespace.</param>
/// <param name="OuterTypes">The types around it as they are declared, outermost first: <c>partial class Shop</c>.</param>
/// <param name="Name">With keywords escaped.</param>
/// <param name="BareName">As it is, to make other names of.</param>
/// <param name="Type">Fully qualified.</param>
/// <param name="JsonContext">Fully qualified, or null.</param>
/// <param name="Enums">The enums that are written by name, fully qualified.</param>
/// <param name="JsonTypes">All argument and result types, fully qualified.</param>
internal sealed record ContractModel(
    string HintName,
    string? Namespace,
    EquatableArray<string> OuterTypes,
    string Name,
    string BareName,
    string Type,
    string WireName,
    int Version,
    string? JsonContext,
    EquatableArray<string> Enums,
    EquatableArray<MethodModel> Methods,
    EquatableArray<string> JsonTypes);
