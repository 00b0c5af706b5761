using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Services;

/// <summary>What XMPP servers are asked to do, or not to do, with a message (XEP-0334).</summary>
[Flags]
public enum ProcessingHints
{
    /// <summary>Nothing is said.</summary>
    None = 0,

    /// <summary>Neither archive nor keep it for later.</summary>
    NoStore = 1,

    /// <summary>Keep it for later, but do not archive it.</summary>
    NoPermanentStore = 2,

    /// <summary>Give it to no other resource than the addressed one.</summary>
    NoCopy = 4,

    /// <summary>Archive it, although it may have no body.</summary>
    Store = 8,
}

/// <summary>Writes and reads <see cref="ProcessingHints"/>.</summary>
public static class ProcessingHintElements
{
    private static readonly (ProcessingHints Hint, string Name)[] Names =
        [(ProcessingHints.NoStore, "no-store"), (ProcessingHints.NoPermanentStore, "no-permanent-store"), (ProcessingHints.NoCopy, "no-copy"), (ProcessingHints.Store, "store")];

    /// <summary>Adds an element for each of the hints to the message, and returns it.</summary>
    public static Message Add(this Message message, ProcessingHints hints)
    {
        foreach (var (hint, name) in Names)
            if ((hints & hint) != ProcessingHints.None)
                message.Element.Add(new XmppElement(name, XmppNames.Hints));
        return message;
    }

    /// <summary>The hints in a message; unknown ones are passed over.</summary>
    public static ProcessingHints Hints(this Message message)
    {
        var hints = ProcessingHints.None;
        foreach (var (hint, name) in Names)
            if (message.Element.Child(name, XmppNames.Hints) is not null)
                hints |= hint;
        return hints;
    }
}
