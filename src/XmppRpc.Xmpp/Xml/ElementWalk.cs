namespace XmppRpc.Xmpp.Xml;

/// <summary>Visits a tree in document order without recursion: each element when it opens and, after what is in it, when it closes.</summary>
internal struct ElementWalk(XmppElement root, string contextNamespace)
{
    private (XmppElement Element, int Next, string Around)[] _open = new (XmppElement, int, string)[4];
    private int _depth = -1;

    public XmppElement Current { get; private set; } = root;

    /// <summary>The default namespace in force around <see cref="Current"/>.</summary>
    public string Around { get; private set; } = contextNamespace;

    /// <summary>Whether <see cref="Current"/> closes.</summary>
    public bool Closes { get; private set; }

    /// <summary>Goes on; false at the end.</summary>
    public bool MoveNext()
    {
        if (_depth < 0)
        {
            if (Closes)
                return false;
            Open(Current, Around);
            return true;
        }
        ref var top = ref _open[_depth];
        Closes = top.Next == top.Element.Children.Count;
        if (Closes)
        {
            (Current, Around) = (top.Element, top.Around);
            top = default;
            _depth--;
        }
        else
            // What is written with a prefix leaves the default as it is.
            Open(top.Element.Children[top.Next++], XmppWriter.PrefixOf(top.Element.Namespace) is null ? top.Element.Namespace : top.Around);
        return true;
    }

    private void Open(XmppElement element, string around)
    {
        if (++_depth == _open.Length)
            Array.Resize(ref _open, _depth * 2);
        _open[_depth] = (element, 0, around);
        (Current, Around) = (element, around);
    }
}
