using System.Text;

namespace XmppRpc.Xmpp.Services;

/// <summary>The text whose hash stands for a disco#info answer (XEP-0115 §5.1), and the rules of §5.4 that keep two answers from having the same one.</summary>
internal static class VerificationString
{
    /// <summary>
    /// The text, or null if the answer is ill-formed: the same identity, feature or <c>FORM_TYPE</c> twice, or a <c>FORM_TYPE</c> of several values. A factor that
    /// holds the separator makes it ill-formed too: what is between two separators would be open. Forms that do not say whose they are in a hidden field
    /// are ignored, as §5.4 has it, or, if <paramref name="strict"/>, ill-formed. So is what makes a feature look like an identity, or the other way round.
    /// </summary>
    public static string? Of(DiscoInfo info, bool strict = false)
    {
        var text = new StringBuilder();
        var identities = info.Identities.Select(one => (one.Category, one.Type, Language: one.Language ?? "", Name: one.Name ?? "")).ToArray();
        if (identities.Any(one => one.Category.AsSpan().ContainsAny('/', ':') || one.Type.Contains('/', StringComparison.Ordinal)) || info.Features.Any(LooksLikeIdentity))
            return null;
        if (identities.Distinct().Count() != identities.Length || info.Features.Distinct(StringComparer.Ordinal).Count() != info.Features.Count)
            return null;
        var factors = identities.OrderBy(one => one.Category, Utf8Order.Instance).ThenBy(one => one.Type, Utf8Order.Instance).ThenBy(one => one.Language, Utf8Order.Instance).ThenBy(one => one.Name, Utf8Order.Instance)
            .Select(one => $"{one.Category}/{one.Type}/{one.Language}/{one.Name}")
            .Concat(info.Features.Order(Utf8Order.Instance));
        if (!TryAppend(text, factors))
            return null;

        var forms = new SortedDictionary<string, XmppForm>(Utf8Order.Instance);
        foreach (var form in info.Forms)
            if (TypeOf(form) is not { } type)
            {
                if (strict || IsAmbiguous(form))
                    return null;
            }
            else if (!forms.TryAdd(type, form))
                return null;
        return forms.All(form => TryAppend(text, Factors(form.Key, form.Value))) ? text.ToString() : null;
    }

    // Three slashes, and no scheme before the first: nothing else in the text tells the lists apart.
    private static bool LooksLikeIdentity(string feature) => feature.AsSpan().Count('/') >= 3 && !feature.AsSpan(0, feature.IndexOf('/', StringComparison.Ordinal)).Contains(':');

    // Null if the form is ignored or ambiguous.
    private static string? TypeOf(XmppForm form) =>
        form.Field(XmppForm.FormTypeField) is { Type: "hidden", Values: [var type, ..] } && !IsAmbiguous(form) ? type : null;

    private static bool IsAmbiguous(XmppForm form) =>
        form.Fields.Where(field => field.Name == XmppForm.FormTypeField).SelectMany(field => field.Values).Distinct(StringComparer.Ordinal).Count() > 1;

    private static IEnumerable<string> Factors(string type, XmppForm form) =>
    [
        type,
        .. form.Fields.Where(field => field.Name is not null and not XmppForm.FormTypeField).OrderBy(field => field.Name!, Utf8Order.Instance)
            .SelectMany(field => field.Values.Order(Utf8Order.Instance).Prepend(field.Name!)),
    ];

    private static bool TryAppend(StringBuilder text, IEnumerable<string> factors)
    {
        foreach (var factor in factors)
        {
            if (factor.Contains('<', StringComparison.Ordinal))
                return false;
            text.Append(factor).Append('<');
        }
        return true;
    }
}
