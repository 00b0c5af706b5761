namespace XmppRpc.Xmpp.Tests.Xml;

/// <summary>Makes hostile stanzas out of good ones, those of <see cref="Corpus.Stanzas"/> unless given; the same seed gives the same ones.</summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]>? corpus = null)
{
    private readonly Random _random = new(seed);
    private readonly IReadOnlyList<byte[]> _corpus = corpus ?? Corpus.Stanzas;

    public byte[] Next()
    {
        var bytes = new List<byte>(Pick(_corpus));
        for (var rounds = _random.Next(3) == 0 ? 2 : 1; rounds > 0; rounds--)
            Mutate(bytes);
        return [.. bytes];
    }

    private void Mutate(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        var length = Math.Min(_random.Next(1, 12), bytes.Count - at);
        switch (_random.Next(8))
        {
            case 0 when length > 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when length > 0:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(at, length));
                break;
            case 4:
                var other = Pick(_corpus);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[_random.Next(other.Length)..]);
                break;
            default:
                bytes.InsertRange(at, Pick(Corpus.Dictionary));
                break;
        }
    }

    private byte[] Pick(IReadOnlyList<byte[]> from) => from[_random.Next(from.Count)];
}
