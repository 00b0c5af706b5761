namespace XmppRpc.Xmpp.Services;

/// <summary>The results of one page of the archive, as far as they have come. They come before the page's end is told, but may be worked off after it.</summary>
internal sealed class ArchivePage(int size)
{
    private readonly List<ArchivedMessage> _messages = [];
    private readonly TaskCompletionSource _filled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _last;

    public IReadOnlyList<ArchivedMessage> Messages => _messages;

    /// <summary>False if the page has all it may have.</summary>
    public bool TryAdd(ArchivedMessage message)
    {
        if (_messages.Count == size)
            return false;
        _messages.Add(message);
        Settle();
        return true;
    }

    /// <summary>Completes when the message with that id is among the others.</summary>
    public Task Until(string last)
    {
        _last = last;
        Settle();
        return _filled.Task;
    }

    private void Settle()
    {
        if (_last is not null && _messages.Exists(message => string.Equals(message.Id, _last, StringComparison.Ordinal)))
            _filled.TrySetResult();
    }
}
