namespace XmppRpc.Generators.Model;

/// <summary>How a parameter travels.</summary>
internal enum ParameterKind
{
    Cancellation,
    Options,
    Upload,
    Progress,
    Header,
    Json,

    // Among the arguments as the one before, but with methods of their own in the argument writer and reader.
    String,
    Boolean,
    Int32,
    Int64,
}

/// <summary>One parameter of a method.</summary>
/// <param name="Name">Its C# name, not escaped, which is also its name on the wire if it is an argument.</param>
/// <param name="Type">Fully qualified.</param>
/// <param name="IsNullable">Null is one of its values.</param>
/// <param name="ItemType">What an upload's items or a progress's values are, fully qualified; null for others.</param>
/// <param name="Header">The name of the header; null for others.</param>
internal sealed record ParameterModel(
    string Name,
    string Type,
    ParameterKind Kind,
    bool IsNullable = false,
    DefaultModel? Default = null,
    string? ItemType = null,
    string? Header = null);

/// <summary>A default value as C#.</summary>
/// <param name="IsConstant">It can stand in a pattern; otherwise it is the <c>default</c> of a struct.</param>
internal sealed record DefaultModel(string Literal, bool IsConstant);
