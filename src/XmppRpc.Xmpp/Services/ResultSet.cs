using System.Globalization;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>One page of a long list (XEP-0059): what it begins and ends with, null if it is empty or does not say.</summary>
internal sealed record ResultSet(string? First, string? Last)
{
    /// <summary>The page in an answer; one that is left out is empty.</summary>
    public static ResultSet Read(XmppElement answer) => answer.Child("set", XmppNames.ResultSets) is { } set
        ? new(set.Child("first", XmppNames.ResultSets)?.Text, set.Child("last", XmppNames.ResultSets)?.Text)
        : new(null, null);

    /// <summary>The demand for a page of so many, after an item, or the first page.</summary>
    public static XmppElement Demand(int max, string? after)
    {
        var set = new XmppElement("set", XmppNames.ResultSets).Add(New("max").WithText(max.ToString(CultureInfo.InvariantCulture)));
        return after is null ? set : set.Add(New("after").WithText(after));
    }

    private static XmppElement New(string name) => new(name, XmppNames.ResultSets);
}
