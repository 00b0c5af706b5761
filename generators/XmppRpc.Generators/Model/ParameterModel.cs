namespace XmppRpc.Generators.Model;

/// <summary>How a parameter travels; all but the first two have their own methods in the argument writer and reader.</summary>
internal enum ParameterKind
{
    Cancellation,
    Json,
    String,
    Boolean,
    Int32,
    Int64,
}

/// <summary>One parameter of a method.</summary>
/// <param name="Name">Its C# name, not escaped, which is also its name on the wire.</param>
/// <param name="Type">Fully qualified.</param>
/// <param name="IsNullable">Null is one of its values.</param>
internal sealed record ParameterModel(string Name, string Type, ParameterKind Kind, bool IsNullable, DefaultModel? Default);

/// <summary>A default value as C#.</summary>
/// <param name="IsConstant">It can stand in a pattern; otherwise it is the <c>default</c> of a struct.</param>
internal sealed record DefaultModel(string Literal, bool IsConstant);
