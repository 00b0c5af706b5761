using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using XmppRpc.TestKit.Logging;
using XmppRpc.Xmpp.Sasl;

namespace XmppRpc.Xmpp.Tests.Sasl;

public sealed class PasswordSourceTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("xmpprpc-password-").FullName;
    private readonly TestLoggerProvider _log = new();

    private string FilePath => Path.Combine(_folder, "password");

    [Theory]
    [InlineData("s3cret", "s3cret")]
    [InlineData("s3cret\n", "s3cret")]
    [InlineData("s3cret\r\n", "s3cret")]
    [InlineData("s3cret\n\n", "s3cret\n")]
    [InlineData(" s3 cret \n", " s3 cret ")]
    [InlineData("\uFEFFпароль\n", "пароль")]
    public async Task File_holds_the_password_and_one_line_break_at_most(string content, string expected)
    {
        await File.WriteAllTextAsync(FilePath, content);
        Assert.Equal(expected, await ReadAsync());
    }

    [Fact]
    public async Task File_is_read_anew_for_each_login()
    {
        await File.WriteAllTextAsync(FilePath, "first");
        Assert.Equal("first", await ReadAsync());
        await File.WriteAllTextAsync(FilePath, "second");
        Assert.Equal("second", await ReadAsync());
    }

    [Theory]
    [InlineData(null, "could not be read")]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    [InlineData("long", "above 4096 bytes")]
    [InlineData("binary", "is not UTF-8")]
    public async Task File_without_a_password_is_unavailable_credentials(string? content, string reason)
    {
        if (content == "binary")
            await File.WriteAllBytesAsync(FilePath, [(byte)'s', 0xFF, 0xFE]);
        else if (content is not null)
            await File.WriteAllTextAsync(FilePath, content == "long" ? new('s', 4097) : content);
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(ReadAsync);
        Assert.Equal("credentials-unavailable", refused.Condition);
        Assert.True(refused.IsTemporary);
        Assert.Contains(reason, refused.Message);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task File_that_everybody_can_read_is_a_warning()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such modes on Windows.");
        await File.WriteAllTextAsync(FilePath, "s3cret");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        await ReadAsync();
        Assert.Empty(_log.Entries);
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        await ReadAsync();
        var entry = Assert.Single(_log.Entries);
        Assert.Equal(LogLevel.Warning, entry.Level);
        Assert.Contains(FilePath, entry.Message);
        Assert.False(entry.Mentions("s3cret"));
    }

    [Fact]
    public async Task Provider_that_fails_is_unavailable_credentials_with_the_cause()
    {
        var cause = new InvalidOperationException("vault is sealed");
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => Get(_ => throw cause).AsTask());
        Assert.Equal("credentials-unavailable", refused.Condition);
        Assert.Same(cause, refused.InnerException);
        Assert.Contains("alice@example.org", refused.Message);
        Assert.Equal("credentials-unavailable", (await Assert.ThrowsAsync<XmppAuthenticationException>(() => Get(_ => ValueTask.FromResult("")).AsTask())).Condition);
    }

    [Fact]
    public async Task Provider_is_not_waited_for_after_cancellation()
    {
        using var cancel = new CancellationTokenSource();
        var asked = new TaskCompletionSource<string>();
        var getting = Get(_ => new(asked.Task), cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => getting);
    }

    [Fact]
    public async Task Provider_that_gives_up_by_itself_is_unavailable_credentials()
    {
        var refused = await Assert.ThrowsAsync<XmppAuthenticationException>(() => Get(_ => throw new TaskCanceledException("the vault did not answer")).AsTask());
        Assert.True(refused.IsTemporary);
    }

    [Fact]
    public void Bad_password_is_misuse_when_fixed_and_may_heal_when_provided()
    {
        var options = new XmppConnectionOptions { Jid = Jid.Parse("alice@example.org"), Password = "s3cret\u0007" };
        Assert.Throws<ArgumentException>(() => PasswordSource.Prepare(options, options.Password));
        var refused = Assert.Throws<XmppAuthenticationException>(() => PasswordSource.Prepare(options with { Password = null, PasswordFile = "f" }, "s3cret\u0007"));
        Assert.True(refused.IsTemporary);
        Assert.DoesNotContain("s3cret", refused.ToString());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<string> ReadAsync() =>
        PasswordSource.GetAsync(new() { Jid = Jid.Parse("alice@example.org"), PasswordFile = FilePath }, _log.CreateLogger("test"), TestContext.Current.CancellationToken).AsTask();

    private static ValueTask<string> Get(Func<CancellationToken, ValueTask<string>> provider, CancellationToken cancellationToken = default) =>
        PasswordSource.GetAsync(new() { Jid = Jid.Parse("alice@example.org"), PasswordProvider = provider }, NullLogger.Instance, cancellationToken);
}
