namespace XmppRpc.LocalServer.Routing;

/// <summary>What happens to a message.</summary>
internal enum MessageFate
{
    /// <summary>To the recipients named.</summary>
    Deliver,

    /// <summary>Into the offline store.</summary>
    Store,

    /// <summary>Back to its sender, as an error.</summary>
    Bounce,

    /// <summary>Nowhere, silently.</summary>
    Drop,
}

/// <summary>A decision of <see cref="MessageTable"/>.</summary>
internal readonly record struct MessageRoute(MessageFate Fate, IReadOnlyList<BoundResource> Recipients)
{
    public static implicit operator MessageRoute(MessageFate fate) => new(fate, []);
}

/// <summary>
/// Where a message to an account of this domain goes: RFC 6121 §8.5 as Prosody 0.12 does it (<c>mod_message</c>, measured). Pure.
/// It departs from the RFC in that all resources of the highest priority get a copy, and that a dead full JID is treated like the bare JID for normal messages too.
/// </summary>
internal static class MessageTable
{
    /// <param name="type">The message's type; null and unknown ones mean normal (RFC 6121 §5.2.2).</param>
    /// <param name="resource">The addressed resource, or null for the bare JID.</param>
    /// <param name="bound">The account's bound resources, available or not; null if there is no such account.</param>
    public static MessageRoute Decide(string? type, string? resource, IReadOnlyCollection<BoundResource>? bound)
    {
        if (resource is not null && bound?.FirstOrDefault(r => r.Jid.Resource == resource) is { } addressed)
            return new(MessageFate.Deliver, [addressed]);
        return type switch
        {
            "error" => MessageFate.Drop,
            "groupchat" => MessageFate.Bounce,
            "headline" => resource is null ? DeliverOr(MessageFate.Drop, [.. bound?.Where(r => r.TakesBareMessages) ?? []]) : MessageFate.Drop,
            _ when bound is null => MessageFate.Bounce,
            _ => DeliverOr(MessageFate.Store, Top(bound)),
        };
    }

    private static BoundResource[] Top(IEnumerable<BoundResource> bound)
    {
        var able = bound.Where(r => r.TakesBareMessages).ToArray();
        var highest = able.Length == 0 ? 0 : able.Max(r => r.Priority);
        return [.. able.Where(r => r.Priority == highest)];
    }

    private static MessageRoute DeliverOr(MessageFate otherwise, BoundResource[] recipients) =>
        recipients.Length == 0 ? otherwise : new MessageRoute(MessageFate.Deliver, recipients);
}
