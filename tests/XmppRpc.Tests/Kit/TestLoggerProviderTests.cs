using Microsoft.Extensions.Logging;
using XmppRpc.TestKit.Logging;
using Xunit.Sdk;

namespace XmppRpc.Tests.Kit;

public sealed class TestLoggerProviderTests : IDisposable
{
    private readonly TestLoggerProvider log = new();

    [Fact]
    public void Entries_are_kept_with_category_level_and_message()
    {
        log.CreateLogger("House").LogDebug("Port {Port} is open", 5222);

        var entry = Assert.Single(log.Entries);
        Assert.Equal(("House", LogLevel.Debug, "Port 5222 is open"), (entry.Category, entry.Level, entry.Message));
        Assert.Contains(new KeyValuePair<string, object?>("Port", 5222), entry.Values);
        log.AssertClean("5223");
    }

    [Fact]
    public void An_error_is_not_clean()
    {
        log.CreateLogger("House").LogError("It broke");

        Assert.Throws<TrueException>(() => log.AssertClean());
    }

    [Theory]
    [InlineData("the message holds s3cret", null)]
    [InlineData("the exception does", "s3cret")]
    public void A_planted_secret_is_not_clean(string message, string? exceptionMessage)
    {
        log.CreateLogger("House").LogWarning(exceptionMessage is null ? null : new InvalidOperationException(exceptionMessage), "Here {What}", message);

        log.AssertClean("other");
        Assert.Throws<TrueException>(() => log.AssertClean("s3cret"));
    }

    [Fact]
    public async Task An_entry_can_be_awaited_before_and_after_it_is_written()
    {
        var coming = log.WaitForAsync(entry => entry.Level is LogLevel.Warning, TestContext.Current.CancellationToken);
        var logger = log.CreateLogger("House");
        logger.LogInformation("Not this");
        Assert.False(coming.IsCompleted);
        logger.LogWarning("This");

        Assert.Equal("This", (await coming).Message);
        Assert.Equal("Not this", (await log.WaitForAsync(entry => entry.Level is LogLevel.Information, TestContext.Current.CancellationToken)).Message);
    }

    public void Dispose() => log.Dispose();
}
