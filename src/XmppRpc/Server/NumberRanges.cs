namespace XmppRpc.Server;

/// <summary>A set of whole numbers that mostly follow each other: few ranges hold many.</summary>
internal sealed class NumberRanges
{
    // Ordered, neither touching nor overlapping.
    private readonly List<(long First, long Last)> _ranges = [];

    public int Count => _ranges.Count;

    public bool Contains(long number) => IndexOf(number) is var index && index < _ranges.Count && _ranges[index].First <= number;

    public void Add(long number)
    {
        var index = IndexOf(number);
        if (index < _ranges.Count && _ranges[index].First <= number)
            return;
        var joinsNext = index < _ranges.Count && _ranges[index].First == number + 1;
        var joinsBefore = index > 0 && _ranges[index - 1].Last == number - 1;
        if (joinsNext && joinsBefore)
        {
            _ranges[index - 1] = (_ranges[index - 1].First, _ranges[index].Last);
            _ranges.RemoveAt(index);
        }
        else if (joinsNext)
            _ranges[index] = (number, _ranges[index].Last);
        else if (joinsBefore)
            _ranges[index - 1] = (_ranges[index - 1].First, number);
        else
            _ranges.Insert(index, (number, number));
    }

    /// <summary>Takes out the lowest range and returns the number behind it.</summary>
    public long RemoveLowest()
    {
        var behind = _ranges[0].Last + 1;
        _ranges.RemoveAt(0);
        return behind;
    }

    /// <summary>Takes out all numbers below.</summary>
    public void RemoveBelow(long number)
    {
        _ranges.RemoveRange(0, IndexOf(number));
        if (_ranges is [var (first, last), ..] && first < number)
            _ranges[0] = (number, last);
    }

    // The first range that does not lie below the number.
    private int IndexOf(long number)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Last < number)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
