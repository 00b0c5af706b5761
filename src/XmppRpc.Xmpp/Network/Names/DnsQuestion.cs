using System.Buffers.Binary;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>One question under one id; whatever answers must repeat both.</summary>
/// <param name="Id">Unpredictable, so that nobody off the path can answer.</param>
/// <param name="Name">In lower case, without the final dot.</param>
/// <param name="Type">What is asked for.</param>
internal sealed record DnsQuestion(ushort Id, string Name, DnsType Type)
{
    public const int HeaderBytes = 12;

    public const ushort ClassIn = 1;

    private const ushort RecursionDesired = 0x0100;

    /// <summary>The query, or null if the name has no form on the wire.</summary>
    public byte[]? ToBytes()
    {
        var name = new List<byte>();
        if (!DnsName.TryWrite(name, Name))
            return null;
        var query = new byte[HeaderBytes + name.Count + 4];
        BinaryPrimitives.WriteUInt16BigEndian(query, Id);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(2), RecursionDesired);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(4), 1);
        name.CopyTo(query, HeaderBytes);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(query.Length - 4), (ushort)Type);
        BinaryPrimitives.WriteUInt16BigEndian(query.AsSpan(query.Length - 2), ClassIn);
        return query;
    }
}
