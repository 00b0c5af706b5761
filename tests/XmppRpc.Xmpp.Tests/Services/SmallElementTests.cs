using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Tests.Xml;

namespace XmppRpc.Xmpp.Tests.Services;

/// <summary>XEP-0082, 0092, 0191, 0202, 0203, 0334, 0478.</summary>
public sealed class SmallElementTests
{
    private static readonly DateTimeOffset Noon = new(2026, 2, 3, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("2026-02-03T12:00:00Z", 0)]
    [InlineData("2026-02-03T14:00:00+02:00", 0)]
    [InlineData("2026-02-03T12:00:00.25Z", 250)]
    [InlineData("2026-02-03T12:00:00.1230000-00:00", 123)]
    public void A_time_is_read(string text, int milliseconds) => Assert.Equal(Noon.AddMilliseconds(milliseconds), XmppDateTime.Read(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-02-03")]
    [InlineData("2026-02-03T12:00:00")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("20260203T12:00:00")]
    [InlineData("2026-02-03 12:00:00Z")]
    [InlineData(" 2026-02-03T12:00:00Z")]
    [InlineData("9999999-01-01T00:00:00Z")]
    public void What_is_no_time_is_none(string? text) => Assert.Null(XmppDateTime.Read(text));

    [Theory]
    [InlineData("Z", 0)]
    [InlineData("+00:00", 0)]
    [InlineData("-05:30", -330)]
    [InlineData("+14:00", 840)]
    [InlineData("+14:01", null)]
    [InlineData("02:00", null)]
    [InlineData("+2", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void An_offset_is_read(string? text, int? minutes)
    {
        Assert.Equal(minutes, XmppDateTime.ReadOffset(text)?.TotalMinutes);
        if (minutes is { } m)
            Assert.Equal(m, XmppDateTime.ReadOffset(XmppDateTime.FormatOffset(TimeSpan.FromMinutes(m)))!.Value.TotalMinutes);
    }

    [Fact]
    public void The_time_of_an_entity_keeps_its_offset()
    {
        var time = new DateTimeOffset(2006, 12, 19, 12, 58, 35, TimeSpan.FromHours(-5));
        Assert.Equal("<time xmlns='urn:xmpp:time'><tzo>-05:00</tzo><utc>2006-12-19T17:58:35Z</utc></time>", XmppWriterTests.Write(EntityTime.ToElement(time)));
        Assert.True(EntityTime.Read(EntityTime.ToElement(time))!.Value.EqualsExact(time));
        Assert.Null(EntityTime.Read(null));
        Assert.Null(EntityTime.Read(Nodes.Element("<time xmlns='urn:xmpp:time'><utc>2006-12-19T17:58:35Z</utc></time>")));
        Assert.Null(EntityTime.Read(Nodes.Element("<time xmlns='urn:xmpp:time'><tzo>-05:00</tzo><utc>0001-01-01T00:00:00Z</utc></time>")));
    }

    [Fact]
    public void The_software_is_named()
    {
        foreach (var software in new SoftwareVersion[] { new("a", "1"), new("a", "1", "b") })
            Assert.Equal(software, VersionQuery.Read(VersionQuery.ToElement(software)));
        Assert.Equal(new("a", ""), VersionQuery.Read(Nodes.Element("<query xmlns='jabber:iq:version'><name>a</name></query>")));
        Assert.Null(VersionQuery.Read(Nodes.Element("<query xmlns='jabber:iq:version'><version>a</version></query>")));
        Assert.Null(VersionQuery.Read(Nodes.Element("<query xmlns='urn:x'><name>a</name></query>")));
    }

    [Theory]
    [InlineData("<max-bytes>262144</max-bytes><idle-seconds>1800</idle-seconds>", 262144, 1800)]
    [InlineData("<max-bytes> 1 </max-bytes>", 1, null)]
    [InlineData("<idle-seconds>60</idle-seconds>", null, 60)]
    [InlineData("<max-bytes>0</max-bytes><idle-seconds>-1</idle-seconds>", null, null)]
    [InlineData("<max-bytes>99999999999</max-bytes><idle-seconds>1.5</idle-seconds>", null, null)]
    public void Limits_of_the_stream_are_read(string children, int? bytes, int? seconds)
    {
        var features = Nodes.Element($"<features xmlns='{XmppNames.Streams}'><limits xmlns='urn:xmpp:stream-limits:0'>{children}</limits></features>");
        Assert.Equal(new(bytes, seconds is { } s ? TimeSpan.FromSeconds(s) : null), StreamLimits.Read(features));
        Assert.Null(StreamLimits.Read(Nodes.Element("<features/>")));
    }

    [Fact]
    public void Delays_are_read_and_only_those_of_the_own_server_are_sure()
    {
        var message = Nodes.Element("<message><delay xmlns='urn:xmpp:delay' stamp='2026-02-03T12:00:00Z' from='example.org'>Offline</delay><delay xmlns='urn:xmpp:delay' stamp='2026-02-03T12:00:00Z' from='@'/>" +
            "<delay xmlns='urn:xmpp:delay' stamp='never'/><delay xmlns='urn:x' stamp='2026-02-03T12:00:00Z'/></message>");
        Assert.Equal([new(Noon, Jid.Parse("example.org"), "Offline"), new(Noon)], Delay.ReadAll(message));
        Assert.Equal(Delay.ReadAll(message), Delay.ReadAll(message).Select(delay => Delay.Read(delay.ToElement())!));

        foreach (var (from, trusted) in new[] { ("example.org", true), ("alice@example.org", true), ("alice@example.org/desk", false), ("bob@example.org", false), ("other.example.org", false), ("example.org/x", false) })
            Assert.Equal(trusted, new Delay(Noon, Jid.Parse(from)).IsTrustedBy(Jid.Parse("alice@example.org/desk")));
        Assert.False(new Delay(Noon).IsTrustedBy(Jid.Parse("alice@example.org/desk")));
    }

    [Fact]
    public void Hints_are_written_and_read()
    {
        var message = new Message().Add(ProcessingHints.NoStore | ProcessingHints.NoCopy);
        Assert.Equal("<message><no-store xmlns='urn:xmpp:hints'/><no-copy xmlns='urn:xmpp:hints'/></message>", XmppWriterTests.Write(message.Element));
        Assert.Equal(ProcessingHints.NoStore | ProcessingHints.NoCopy, message.Hints());
        Assert.Equal(ProcessingHints.None, new Message(Nodes.Element("<message><store xmlns='urn:x'/><unknown xmlns='urn:xmpp:hints'/></message>")).Hints());
        Assert.Equal(ProcessingHints.Store | ProcessingHints.NoPermanentStore, new Message().Add(ProcessingHints.Store | ProcessingHints.NoPermanentStore).Hints());
    }

    [Fact]
    public void A_list_of_blocked_addresses_is_read()
    {
        Assert.Equal([Jid.Parse("a@b"), Jid.Parse("c")], BlockList.Read(Nodes.Element("<blocklist xmlns='urn:xmpp:blocking'><item jid='A@b'/><item jid='@'/><item/><item jid='c'/></blocklist>"))!);
        Assert.Null(BlockList.Read(Nodes.Element("<block xmlns='urn:xmpp:blocking'/>")));
        Assert.Null(BlockList.Read(null));
    }
}
