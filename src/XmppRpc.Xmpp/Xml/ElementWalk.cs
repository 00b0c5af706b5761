using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Visits a tree in document order without recursion: each element when it opens and, after what is in it, when it closes.</summary>
internal ref struct ElementWalk(XmppElement root, string contextNamespace)
{
    private struct Level
    {
        public XmppElement Element;
        public string Around;
        public int Next;
    }

    // Deeper than stanzas usually are; below that no memory is taken.
    [InlineArray(Length)]
    private struct FirstLevels
    {
        public const int Length = 6;
        private Level _first;
    }

    private FirstLevels _firstLevels;
    private Level[]? _levels;
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
        ref var top = ref LevelAt(_depth);
        var children = top.Element.Children;
        Closes = top.Next == children.Count;
        if (Closes)
        {
            (Current, Around) = (top.Element, top.Around);
            _depth--;
        }
        else
            // What is written with a prefix leaves the default as it is.
            Open(children[top.Next++], XmppWriter.PrefixOf(top.Element.Namespace) is null ? top.Element.Namespace : top.Around);
        return true;
    }

    private void Open(XmppElement element, string around)
    {
        _depth++;
        if (_depth >= FirstLevels.Length && _depth - FirstLevels.Length == (_levels?.Length ?? 0))
            Array.Resize(ref _levels, Math.Max(16, 2 * (_levels?.Length ?? 0)));
        LevelAt(_depth) = new Level { Element = element, Around = around };
        (Current, Around) = (element, around);
    }

    [UnscopedRef]
    private ref Level LevelAt(int depth)
    {
        if (depth < FirstLevels.Length)
            return ref _firstLevels[depth];
        return ref _levels![depth - FirstLevels.Length];
    }
}
