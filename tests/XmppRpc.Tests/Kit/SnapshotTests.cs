using XmppRpc.TestKit.Snapshots;
using Xunit.Sdk;

namespace XmppRpc.Tests.Kit;

public sealed class SnapshotTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("xmpprpc-snapshots-").FullName;

    private string Verified => Path.Combine(folder, "X.verified.txt");
    private string Received => Path.Combine(folder, "X.received.txt");

    [Fact]
    public void A_first_text_fails_and_is_left_to_be_read()
    {
        var failure = Assert.Throws<FailException>(() => Match("one\r\ntwo\n", accept: false));

        Assert.Contains(Received, failure.Message, StringComparison.Ordinal);
        Assert.Equal("\uFEFFone\ntwo"u8, File.ReadAllBytes(Received));
        Assert.False(File.Exists(Verified));
    }

    [Fact]
    public void An_accepted_text_matches_from_then_on()
    {
        Assert.Throws<FailException>(() => Match("one", accept: false));
        Match("one", accept: true);
        Match("one", accept: false);

        Assert.Equal("\uFEFFone"u8, File.ReadAllBytes(Verified));
        Assert.False(File.Exists(Received));
    }

    [Fact]
    public void A_different_text_fails_with_the_first_line_that_differs()
    {
        Match("one\ntwo\nthree", accept: true);

        var failure = Assert.Throws<FailException>(() => Match("one\n2\n3", accept: false));

        Assert.Contains("line 2 ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Verified: two\nReceived: 2\n", failure.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Received));
    }

    [Fact]
    public void A_text_that_goes_on_behind_the_verified_one_fails()
    {
        Match("one", accept: true);

        Assert.Throws<FailException>(() => Match("one\ntwo", accept: false));
    }

    [Fact]
    public void A_match_removes_what_an_earlier_failure_left()
    {
        Match("one", accept: true);
        Assert.Throws<FailException>(() => Match("two", accept: false));

        Match("one", accept: false);

        Assert.False(File.Exists(Received));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private void Match(string actual, bool accept) => Snapshot.Match(actual, folder, "X", "txt", accept);
}
