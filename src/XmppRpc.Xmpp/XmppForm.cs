namespace XmppRpc.Xmpp;

/// <summary>
/// A data form (XEP-0004) of type <c>form</c>, <c>submit</c>, <c>cancel</c> or <c>result</c>, with its fields in order. Of a result with several items only the
/// fields outside the items are kept.
/// </summary>
public sealed record XmppForm(string Type, IReadOnlyList<XmppFormField> Fields)
{
    /// <summary>The name of the field that says whose form this is (XEP-0068).</summary>
    public const string FormTypeField = "FORM_TYPE";

    /// <summary>The title, or null.</summary>
    public string? Title { get; init; }

    /// <summary>Instructions for people, or null; several are joined with line breaks.</summary>
    public string? Instructions { get; init; }

    /// <summary>Whose form this is: the first value of <c>FORM_TYPE</c>, or null.</summary>
    public string? FormType => Value(FormTypeField);

    /// <summary>A form that says whose it is, with text fields of one value each; <c>result</c> for service discovery (XEP-0128), <c>submit</c> for requests.</summary>
    public static XmppForm Of(string type, string formType, params IEnumerable<(string Name, string Value)> fields) =>
        new(type, [new(FormTypeField, [formType]) { Type = "hidden" }, .. fields.Select(field => new XmppFormField(field.Name, [field.Value]))]);

    /// <summary>The first field of that name, or null.</summary>
    public XmppFormField? Field(string name) => Fields.FirstOrDefault(field => string.Equals(field.Name, name, StringComparison.Ordinal));

    /// <summary>The first value of the first field of that name, or null.</summary>
    public string? Value(string name) => Field(name)?.Values is [var first, ..] ? first : null;
}

/// <summary>One field of a form, with its values in order; a fixed one may have no name.</summary>
public sealed record XmppFormField(string? Name, IReadOnlyList<string> Values)
{
    /// <summary><c>boolean fixed hidden jid-multi jid-single list-multi list-single text-multi text-private text-single</c> (XEP-0004 §3.3), or null, which means <c>text-single</c>, or what the form of the other side said.</summary>
    public string? Type { get; init; }

    /// <summary>What people read beside the field, or null.</summary>
    public string? Label { get; init; }

    /// <summary>A longer explanation for people, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the field has to be filled in.</summary>
    public bool IsRequired { get; init; }

    /// <summary>What a list offers, in order; the label is null where there is none.</summary>
    public IReadOnlyList<(string Value, string? Label)> Options { get; init; } = [];
}
