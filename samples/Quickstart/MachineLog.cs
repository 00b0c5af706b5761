using System.Globalization;
using System.Runtime.CompilerServices;

namespace Quickstart;

/// <summary>The log that can be followed: a file of the bot's own, in which it also notes the machine's memory twice a second, or any other that is appended to.</summary>
public sealed class MachineLog : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly DirectoryInfo? _ownFolder;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _heartbeat = Task.CompletedTask;
    private bool _isClosed;

    /// <param name="path">The file to follow, or null for one of our own.</param>
    public MachineLog(string? path)
    {
        if (path is not null)
        {
            FilePath = Path.GetFullPath(path);
            // Says now, not to the first caller, that it is not there.
            OpenAtEnd().Dispose();
            return;
        }
        _ownFolder = Directory.CreateTempSubdirectory("xmpprpc-quickstart-");
        FilePath = Path.Combine(_ownFolder.FullName, "machine.log");
        Write("the log begins");
        _heartbeat = BeatAsync();
    }

    public string FilePath { get; }

    /// <summary>Appends a line to a log of our own, until it is closed; other logs are left alone.</summary>
    public void Write(string text)
    {
        lock (_lock)
            if (_ownFolder is not null && !_isClosed)
                File.AppendAllText(FilePath, string.Create(CultureInfo.InvariantCulture, $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {text}\n"));
    }

    /// <summary>The log from now on.</summary>
    public StreamReader OpenAtEnd()
    {
        var file = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.Seek(0, SeekOrigin.End);
        return new StreamReader(file);
    }

    /// <summary>Whole lines as they are appended, numbered from 1.</summary>
    public static async IAsyncEnumerable<LogLine> ReadAsync(StreamReader log, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var poll = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var number = 0L;
        var begun = "";
        do
        {
            var lines = (begun + await log.ReadToEndAsync(cancellationToken)).Split('\n');
            begun = lines[^1];
            foreach (var line in lines[..^1])
                yield return new LogLine(++number, line.TrimEnd('\r'));
        }
        while (await poll.WaitForNextTickAsync(cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _heartbeat;
        _stop.Dispose();
        lock (_lock)
            _isClosed = true;
        _ownFolder?.Delete(recursive: true);
    }

    private async Task BeatAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                Write($"memory in use: {MachineLoad.Memory().Used >> 20} MiB, of this process: {Environment.WorkingSet >> 20} MiB");
        }
        catch (OperationCanceledException)
        {
            // The log is being closed.
        }
    }
}
