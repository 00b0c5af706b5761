using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace XmppRpc.TestKit.Names;

/// <summary>DNS messages by hand (RFC 1035 §4.1), right or wrong ones. Says nothing of the code that it tests: it shares none with it.</summary>
public static class DnsWire
{
    public const ushort TypeA = 1, TypeCname = 5, TypeAaaa = 28, TypeSrv = 33;

    /// <summary>Flags of an answer from a recursive server, and with what codes.</summary>
    public const ushort Answer = 0x8180, CutOff = 0x8380, ServerFailure = 0x8182, NameError = 0x8183;

    /// <summary>The question of a query, its name in lower case.</summary>
    public static (string Name, ushort Type) Question(ReadOnlySpan<byte> query)
    {
        var labels = new List<string>();
        var at = 12;
        for (; query[at] != 0; at += query[at] + 1)
            labels.Add(Encoding.ASCII.GetString(query.Slice(at + 1, query[at])));
        return (string.Join('.', labels).ToLowerInvariant(), BinaryPrimitives.ReadUInt16BigEndian(query[(at + 1)..]));
    }

    /// <summary>The reply to a query: its id and question, the flags, the records; <paramref name="count"/> is what the head claims.</summary>
    public static byte[] Reply(byte[] query, ushort flags = Answer, int? count = null, params byte[][] records)
    {
        byte[] reply = [.. query, .. records.SelectMany(record => record)];
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(2), flags);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(6), (ushort)(count ?? records.Length));
        return reply;
    }

    public static byte[] Srv(string owner, int priority, int weight, int port, string target) => Record(Name(owner), TypeSrv, [.. UInt16(priority), .. UInt16(weight), .. UInt16(port), .. Name(target)]);

    public static byte[] Address(string owner, string address)
    {
        var parsed = IPAddress.Parse(address);
        return Record(Name(owner), parsed.AddressFamily == AddressFamily.InterNetworkV6 ? TypeAaaa : TypeA, parsed.GetAddressBytes());
    }

    public static byte[] Alias(string owner, string target) => Record(Name(owner), TypeCname, Name(target));

    /// <summary>A record with whatever data.</summary>
    public static byte[] Record(byte[] owner, int type, byte[] data, int dnsClass = 1, int? length = null) =>
        [.. owner, .. UInt16(type), .. UInt16(dnsClass), 0, 0, 0, 60, .. UInt16(length ?? data.Length), .. data];

    /// <summary>A name without compression; "" or "." is the root.</summary>
    public static byte[] Name(string name) =>
        [.. name.Split('.', StringSplitOptions.RemoveEmptyEntries).SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0];

    /// <summary>A compression pointer to that place in the message.</summary>
    public static byte[] Pointer(int to) => UInt16(0xC000 | to);

    public static byte[] UInt16(int value) => [(byte)(value >> 8), (byte)value];
}
