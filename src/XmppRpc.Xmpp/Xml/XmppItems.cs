using System.Collections;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Attributes or children of an element, in document order: a view that costs nothing to make or to enumerate. It does not see what is added later.</summary>
public readonly struct XmppItems<T> : IReadOnlyList<T>
{
    private readonly T[]? _items;

    internal XmppItems(T[]? items, int count) => (_items, Count) = (items, count);

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public T this[int index] => (uint)index < (uint)Count ? _items![index] : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {Count}.");

    /// <summary>Enumerates without allocating.</summary>
    public Enumerator GetEnumerator() => new(this);

    IEnumerator<T> IEnumerable<T>.GetEnumerator() => new ArraySegment<T>(_items ?? [], 0, Count).AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<T>)this).GetEnumerator();

    /// <summary>Stands before the first item until <see cref="MoveNext"/> is called.</summary>
    public struct Enumerator
    {
        private readonly T[]? _items;
        private readonly int _count;
        private int _at;

        internal Enumerator(XmppItems<T> items) => (_items, _count, _at) = (items._items, items.Count, -1);

        /// <summary>The item it stands at.</summary>
        public readonly T Current => _items![_at];

        /// <summary>Goes on; false at the end.</summary>
        public bool MoveNext() => ++_at < _count;
    }
}
