using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace XmppRpc.Xmpp.Network.Names;

/// <summary>Reads a message of a DNS server (RFC 1035 §4.1). Only the answer section counts: what else it holds is for others.</summary>
internal sealed record DnsReply(bool IsTruncated, DnsAnswer Answer)
{
    /// <summary>More answers than anybody needs are an attack or a mistake, and would be dialled one after the other.</summary>
    public const int MaxRecords = 256;

    /// <summary>Aliases that are followed one after the other.</summary>
    private const int MaxAliases = 8;

    private const int Response = 0x8000, OpcodeMask = 0x7800, Truncated = 0x0200, CodeMask = 0x000F;
    private const int NoError = 0, NameError = 3;

    /// <summary>The reply, or null if the message does not answer this question: somebody else's, or forged, and waiting goes on.</summary>
    public static DnsReply? Read(ReadOnlySpan<byte> message, DnsQuestion question)
    {
        if (message.Length < DnsQuestion.HeaderBytes || UInt16(message, 0) != question.Id || UInt16(message, 4) != 1)
            return null;
        var flags = UInt16(message, 2);
        if ((flags & Response) == 0 || (flags & OpcodeMask) != 0)
            return null;
        var at = DnsQuestion.HeaderBytes;
        if (!DnsName.TryRead(message, ref at, out var name) || name != question.Name || at + 4 > message.Length)
            return null;
        if (UInt16(message, at) != (ushort)question.Type || UInt16(message, at + 2) != DnsQuestion.ClassIn)
            return null;
        if ((flags & Truncated) != 0)
            return new(true, DnsAnswer.Unknown("the answer was cut off"));
        return new(false, (flags & CodeMask) switch
        {
            NoError => ReadRecords(message, at + 4, question),
            NameError => new([], null),
            var code => DnsAnswer.Unknown(string.Create(CultureInfo.InvariantCulture, $"it answered with error {code}")),
        });
    }

    private static DnsAnswer ReadRecords(ReadOnlySpan<byte> message, int at, DnsQuestion question)
    {
        var count = UInt16(message, 6);
        if (count > MaxRecords)
            return DnsAnswer.Unknown(string.Create(CultureInfo.InvariantCulture, $"it answered with {count} records, more than {MaxRecords}"));
        var records = new List<DnsRecord>(count);
        for (var i = 0; i < count; i++)
        {
            if (!TryReadRecord(message, ref at, out var record))
                return DnsAnswer.Unknown("its answer is malformed");
            if (record is not null)
                records.Add(record);
        }

        return Follow(records, question);
    }

    /// <summary>Keeps what answers the question, through its aliases: a record of another name was not asked for, so it is not believed.</summary>
    private static DnsAnswer Follow(List<DnsRecord> records, DnsQuestion question)
    {
        var name = question.Name;
        for (var i = 0; i <= MaxAliases; i++)
        {
            if (records.OfType<AliasRecord>().FirstOrDefault(r => r.Owner == name) is not { } alias)
                return new([.. records.Where(r => r.Owner == name && Answers(r, question.Type))], null);
            name = alias.Target;
        }

        return DnsAnswer.Unknown(string.Create(CultureInfo.InvariantCulture, $"its answer has more than {MaxAliases} aliases in a row"));
    }

    private static bool Answers(DnsRecord record, DnsType type) => type == DnsType.Srv ? record is SrvRecord : record is AddressRecord;

    /// <summary>Null for a record of a type or class that says nothing here.</summary>
    private static bool TryReadRecord(ReadOnlySpan<byte> message, ref int at, out DnsRecord? record)
    {
        record = null;
        // type, class, time to live, length
        if (!DnsName.TryRead(message, ref at, out var owner) || at + 10 > message.Length)
            return false;
        var (type, dnsClass, length) = ((DnsType)UInt16(message, at), UInt16(message, at + 2), UInt16(message, at + 8));
        var start = at + 10;
        at = start + length;
        if (at > message.Length)
            return false;
        if (dnsClass != DnsQuestion.ClassIn)
            return true;
        switch (type)
        {
            case DnsType.A or DnsType.Aaaa:
                if (length != (type == DnsType.A ? 4 : 16))
                    return false;
                record = new AddressRecord(owner, new IPAddress(message.Slice(start, length)));
                return true;
            case DnsType.Cname:
                return TryReadTarget(message, start, at, out var alias) && (record = new AliasRecord(owner, alias)) is not null;
            case DnsType.Srv:
                return length > 6 && TryReadTarget(message, start + 6, at, out var target)
                    && (record = new SrvRecord(owner, UInt16(message, start), UInt16(message, start + 2), UInt16(message, start + 4), target)) is not null;
            default:
                return true;
        }
    }

    private static bool TryReadTarget(ReadOnlySpan<byte> message, int at, int end, out string name) => DnsName.TryRead(message, ref at, out name) && at == end;

    private static int UInt16(ReadOnlySpan<byte> message, int at) => BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
}
