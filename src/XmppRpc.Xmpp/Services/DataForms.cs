using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>Reads and writes data forms (XEP-0004). What is read is bounded by the <see cref="XmppReaderLimits"/> of the stanza it came in.</summary>
public static class DataForms
{
    /// <summary>The form, or null if the element is none. Elements and types that are not known are passed over.</summary>
    public static XmppForm? Read(XmppElement element) => !element.Is("x", XmppNames.DataForms) ? null
        : new XmppForm(element.Attribute("type") ?? "form", [.. Children(element, "field").Select(ReadField)])
        {
            Title = element.Child("title", XmppNames.DataForms)?.Text,
            Instructions = Children(element, "instructions").Select(line => line.Text).ToArray() is { Length: > 0 } lines ? string.Join('\n', lines) : null,
        };

    /// <summary>All forms among the children, in order.</summary>
    public static IReadOnlyList<XmppForm> ReadAll(XmppElement parent) => [.. parent.Children.Select(Read).OfType<XmppForm>()];

    /// <summary>The <c>x</c> element.</summary>
    public static XmppElement ToElement(this XmppForm form)
    {
        var x = New("x").Set("type", form.Type);
        AddText(x, "title", form.Title);
        foreach (var line in form.Instructions?.Split('\n') ?? [])
            AddText(x, "instructions", line);
        foreach (var field in form.Fields)
            x.Add(ToElement(field));
        return x;
    }

    private static XmppFormField ReadField(XmppElement field) => new(field.Attribute("var"), [.. Children(field, "value").Select(value => value.Text)])
    {
        Type = field.Attribute("type"),
        Label = field.Attribute("label"),
        Description = field.Child("desc", XmppNames.DataForms)?.Text,
        IsRequired = field.Child("required", XmppNames.DataForms) is not null,
        Options = [.. Children(field, "option").Select(option => (option.Child("value", XmppNames.DataForms)?.Text ?? "", option.Attribute("label")))],
    };

    private static XmppElement ToElement(XmppFormField field)
    {
        var element = New("field").Set("type", field.Type).Set("var", field.Name).Set("label", field.Label);
        AddText(element, "desc", field.Description);
        if (field.IsRequired)
            element.Add(New("required"));
        foreach (var value in field.Values)
            AddText(element, "value", value);
        foreach (var (value, label) in field.Options)
            element.Add(New("option").Set("label", label).Add(New("value").WithText(value)));
        return element;
    }

    private static IEnumerable<XmppElement> Children(XmppElement parent, string name) => parent.Children.Where(child => child.Is(name, XmppNames.DataForms));

    private static void AddText(XmppElement parent, string name, string? text)
    {
        if (text is not null)
            parent.Add(New(name).WithText(text));
    }

    private static XmppElement New(string name) => new(name, XmppNames.DataForms);
}
