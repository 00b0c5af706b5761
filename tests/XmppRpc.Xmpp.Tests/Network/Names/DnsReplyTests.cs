using System.Globalization;
using System.Net;
using XmppRpc.TestKit.Names;
using XmppRpc.Xmpp.Network.Names;

namespace XmppRpc.Xmpp.Tests.Network.Names;

/// <summary>Messages of a DNS server, right and hostile.</summary>
public sealed class DnsReplyTests
{
    private const string Asked = "_xmpp-client._tcp.example.org";
    private const int QuestionAt = 12;

    private static readonly DnsQuestion Question = new(0x1234, Asked, DnsType.Srv);
    private static readonly byte[] Query = Question.ToBytes()!;

    [Fact]
    public void Query_holds_id_recursion_flag_and_the_question()
    {
        byte[] expected = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsWire.Name(Asked), 0, 33, 0, 1];
        Assert.Equal(expected, Query);
    }

    [Theory]
    [InlineData(4, 62, true)]
    [InlineData(1, 63, true)]
    [InlineData(1, 64, false)]
    [InlineData(4, 63, false)]
    public void Name_beyond_63_bytes_a_label_or_255_in_all_has_no_query(int labels, int length, bool fits) =>
        Assert.Equal(fits, new DnsQuestion(1, string.Join('.', Enumerable.Repeat(new string('a', length), labels)), DnsType.A).ToBytes() is not null);

    [Fact]
    public void Compressed_records_are_read()
    {
        // the owner points at the question, the target at its last two labels
        byte[] target = [5, .. "chat1"u8, .. DnsWire.Pointer(QuestionAt + 1 + 12 + 1 + 4)];
        var answer = Answer(DnsWire.Record(DnsWire.Pointer(QuestionAt), 33, [0, 5, 0, 7, 0x14, 0x66, .. target]), DnsWire.Srv(Asked, 10, 0, 443, "."));
        Assert.Null(answer.Problem);
        Assert.Equal([new SrvRecord(Asked, 5, 7, 5222, "chat1.example.org"), new SrvRecord(Asked, 10, 0, 443, "")], answer.Records);
    }

    [Fact]
    public void Answer_in_other_letter_case_is_the_same_name()
    {
        var answer = Answer(DnsWire.Srv(Asked.ToUpperInvariant(), 1, 2, 3, "CHAT.Example.ORG"));
        Assert.Equal([new SrvRecord(Asked, 1, 2, 3, "chat.example.org")], answer.Records);
    }

    [Fact]
    public void Addresses_are_read_through_aliases()
    {
        var question = new DnsQuestion(1, "a.example.org", DnsType.Aaaa);
        var reply = DnsWire.Reply(question.ToBytes()!, records: [DnsWire.Address("c.example.org", "2001:db8::1"), DnsWire.Alias("a.example.org", "b.example.org"), DnsWire.Alias("b.example.org", "c.example.org")]);
        Assert.Equal([new AddressRecord("c.example.org", IPAddress.Parse("2001:db8::1"))], DnsReply.Read(reply, question)!.Answer.Records);
    }

    [Fact]
    public void Record_of_another_name_type_or_class_is_not_believed()
    {
        var answer = Answer(
            DnsWire.Srv("_xmpp-client._tcp.evil.example", 0, 0, 1, "evil.example"),
            DnsWire.Address(Asked, "192.0.2.1"),
            DnsWire.Record(DnsWire.Name(Asked), 16, [3, 1, 2, 3]),
            DnsWire.Record(DnsWire.Name(Asked), 33, [0, 0, 0, 0, 0, 1, 0], dnsClass: 3));
        Assert.Null(answer.Problem);
        Assert.Empty(answer.Records);
    }

    [Fact]
    public void Aliases_in_a_circle_end()
    {
        var answer = Answer(DnsWire.Alias(Asked, "b.example.org"), DnsWire.Alias("b.example.org", Asked));
        Assert.Contains("8 aliases", answer.Problem);
    }

    [Theory]
    [InlineData(0, 0x99)] // id
    [InlineData(1, 0x99)]
    [InlineData(2, 0x01)] // a query, no response
    [InlineData(2, 0xA9)] // another opcode
    [InlineData(5, 0)] // no question
    [InlineData(5, 2)]
    [InlineData(14, (byte)'y')] // another name
    [InlineData(12, 0xC0)] // a name that is a pointer to nowhere
    [InlineData(43, 1)] // another type
    [InlineData(45, 3)] // another class
    public void Message_that_does_not_answer_the_question_is_passed_over(int at, byte value)
    {
        var reply = DnsWire.Reply(Query, records: DnsWire.Srv(Asked, 1, 1, 1, "a.example"));
        Assert.NotNull(DnsReply.Read(reply, Question));
        reply[at] = value;
        Assert.Null(DnsReply.Read(reply, Question));
    }

    [Theory]
    [InlineData(DnsWire.NameError, null)]
    [InlineData(DnsWire.ServerFailure, "error 2")]
    [InlineData(0x8185, "error 5")]
    public void Code_of_the_server_is_no_name_or_a_problem(ushort flags, string? problem)
    {
        var answer = DnsReply.Read(DnsWire.Reply(Query, flags), Question)!.Answer;
        Assert.Empty(answer.Records);
        if (problem is null)
            Assert.Null(answer.Problem);
        else
            Assert.Contains(problem, answer.Problem);
    }

    [Fact]
    public void Cut_off_answer_says_so_and_brings_nothing()
    {
        var reply = DnsReply.Read(DnsWire.Reply(Query, DnsWire.CutOff, records: DnsWire.Srv(Asked, 1, 1, 1, "a.example")), Question)!;
        Assert.True(reply.IsTruncated);
        Assert.Empty(reply.Answer.Records);
    }

    public static TheoryData<string, byte[]> BadRecords
    {
        get
        {
            var here = Query.Length;
            byte[] longLabel = [63, .. Enumerable.Repeat((byte)'a', 63)];
            return new()
            {
                { "points at itself", DnsWire.Record(DnsWire.Pointer(here), 33, [0, 0, 0, 0, 0, 1, 0]) },
                { "points forward", DnsWire.Record(DnsWire.Pointer(here + 20), 33, [0, 0, 0, 0, 0, 1, 0]) },
                { "points behind the end", DnsWire.Record(DnsWire.Pointer(0x3FFF), 33, [0, 0, 0, 0, 0, 1, 0]) },
                { "label and pointer in a circle", DnsWire.Record([1, (byte)'a', .. DnsWire.Pointer(here)], 33, [0, 0, 0, 0, 0, 1, 0]) },
                { "reserved label type", DnsWire.Record([0x40, 0], 33, [0, 0, 0, 0, 0, 1, 0]) },
                { "name over 255 bytes", DnsWire.Record([.. longLabel, .. longLabel, .. longLabel, .. longLabel, 0], 33, [0, 0, 0, 0, 0, 1, 0]) },
                { "bytes no host name has", DnsWire.Srv("a b\n.example", 0, 0, 1, "a") },
                { "control character in the target", DnsWire.Srv(Asked, 0, 0, 1, "a\u001b[2J.example") },
                { "data longer than the message", DnsWire.Record(DnsWire.Name(Asked), 33, [0, 0, 0, 0, 0, 1, 0], length: 500) },
                { "SRV without target", DnsWire.Record(DnsWire.Name(Asked), 33, [0, 0, 0, 0, 0, 1]) },
                { "SRV with something behind its target", DnsWire.Record(DnsWire.Name(Asked), 33, [0, 0, 0, 0, 0, 1, 0, 9]) },
                { "target that reaches beyond its data", DnsWire.Record(DnsWire.Name(Asked), 33, [0, 0, 0, 0, 0, 1, 3, (byte)'a'], length: 7) },
                { "address of three bytes", DnsWire.Record(DnsWire.Name(Asked), 1, [1, 2, 3]) },
                { "IPv6 address of four bytes", DnsWire.Record(DnsWire.Name(Asked), 28, [1, 2, 3, 4]) },
            };
        }
    }

    [Theory]
    [MemberData(nameof(BadRecords))]
    public void Malformed_record_is_a_problem_even_behind_a_good_one(string what, byte[] record)
    {
        Assert.NotEmpty(what);
        var answer = Answer(record);
        Assert.Contains("malformed", answer.Problem);
        Assert.Contains("malformed", Answer(record, DnsWire.Srv(Asked, 1, 1, 1, "a.example")).Problem);
        Assert.Empty(answer.Records);
    }

    [Fact]
    public void Records_that_are_promised_and_missing_are_a_problem() =>
        Assert.Contains("malformed", DnsReply.Read(DnsWire.Reply(Query, count: 2, records: DnsWire.Srv(Asked, 1, 1, 1, "a.example")), Question)!.Answer.Problem);

    [Theory]
    [InlineData(DnsReply.MaxRecords, true)]
    [InlineData(DnsReply.MaxRecords + 1, false)]
    [InlineData(10_000, false)]
    public void More_records_than_256_are_refused_whole(int count, bool accepted)
    {
        // ten thousand do not fit a message; what the head claims is enough
        var answer = Answer([.. Enumerable.Range(0, Math.Min(count, 3000)).Select(i => DnsWire.Record(DnsWire.Pointer(QuestionAt), 33, [0, 1, 0, 1, .. DnsWire.UInt16(i + 1), 0]))], count);
        Assert.Equal(accepted ? count : 0, answer.Records.Count);
        Assert.Equal(accepted, answer.Problem is null);
        if (!accepted)
            Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{count} records"), answer.Problem);
    }

    [Fact]
    public void Message_cut_anywhere_brings_no_record()
    {
        var reply = DnsWire.Reply(Query, records: [DnsWire.Alias(Asked, "b.example"), DnsWire.Srv("b.example", 1, 1, 1, "a.example")]);
        Assert.Single(DnsReply.Read(reply, Question)!.Answer.Records);
        for (var length = 0; length < reply.Length; length++)
            Assert.Empty(DnsReply.Read(reply.AsSpan(0, length), Question)?.Answer.Records ?? []);
    }

    [Fact]
    public void Garbage_never_throws_and_never_brings_a_name_no_host_has()
    {
        var random = new Random(7);
        var good = DnsWire.Reply(Query, records: [DnsWire.Alias(Asked, "b.example"), DnsWire.Srv("b.example", 1, 1, 1, "a.example"), DnsWire.Record(DnsWire.Pointer(QuestionAt), 33, [0, 0, 0, 0, 0, 1, .. DnsWire.Pointer(QuestionAt)])]);
        for (var i = 0; i < 100_000; i++)
        {
            var message = good.ToArray();
            // the head stays, so that the records are reached
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                message[random.Next(Query.Length, message.Length)] = (byte)random.Next(256);
            var reply = DnsReply.Read(message.AsSpan(0, random.Next(Query.Length, message.Length + 1)), Question);
            Assert.All(reply!.Answer.Records, record => Assert.Matches("^[a-z0-9_.-]{0,253}$", Assert.IsType<SrvRecord>(record).Target));
        }
    }

    private static DnsAnswer Answer(params byte[][] records) => Answer(records, records.Length);

    private static DnsAnswer Answer(byte[][] records, int count) => DnsReply.Read(DnsWire.Reply(Query, count: count, records: records), Question)!.Answer;
}
