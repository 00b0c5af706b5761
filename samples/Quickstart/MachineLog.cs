using System.Globalization;
using System.Runtime.CompilerServices;

namespace Quickstart;

/// <summary>A log file of the machine: the bot's own, in which it also notes the machine's memory twice a second, or any other that is appended to.</summary>
public sealed class MachineLog : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly bool _isOwn;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _heartbeat;

    /// <param name="path">The file to follow, or null for a new one of the bot.</param>
    public MachineLog(string? path)
    {
        _isOwn = path is null;
        _path = path ?? Path.Combine(Path.GetTempPath(), $"xmpprpc-quickstart-{Environment.ProcessId}.log");
        _heartbeat = _isOwn ? BeatAsync() : Task.CompletedTask;
    }

    public string FilePath => _path;

    public void Write(string text)
    {
        if (!_isOwn)
            return;
        lock (_lock)
            File.AppendAllText(_path, string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {text}\n"));
    }

    /// <summary>Whole lines that are appended from now on, numbered from 1.</summary>
    public async IAsyncEnumerable<LogLine> FollowAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = new FileStream(_path, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(0, SeekOrigin.End);
        using var reader = new StreamReader(file);
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var number = 0L;
        var rest = "";
        do
        {
            rest += await reader.ReadToEndAsync(cancellationToken);
            for (int end; (end = rest.IndexOf('\n')) >= 0; rest = rest[(end + 1)..])
                yield return new LogLine(++number, rest[..end].TrimEnd('\r'));
        }
        while (await poll.WaitForNextTickAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _heartbeat;
        _stop.Dispose();
        if (_isOwn)
            File.Delete(_path);
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                Write($"memory in use: {MachineMemory.Read().Used >> 20} MiB, of this process: {Environment.WorkingSet >> 20} MiB");
        }
        catch (OperationCanceledException)
        {
            // The log is being closed.
        }
    }
}
