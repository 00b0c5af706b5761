using XmppRpc.Benchmarks.Peers.Contestants;
using XmppRpc.Benchmarks.Peers.Processes;

namespace XmppRpc.Benchmarks.Peers;

/// <summary>All that runs: servers and entrants. What cannot be started is left out and says so.</summary>
internal sealed class Field(Action<string> note) : IAsyncDisposable
{
    private readonly List<ChildProcess> _servers = [];
    private readonly List<Entrant> _entrants = [];

    /// <summary>The contestants that are there.</summary>
    public IReadOnlyList<Entrant> Entrants => _entrants;

    public async Task StartAsync(IReadOnlyList<Contestant> contestants)
    {
        var reports = new Dictionary<string, Report>(StringComparer.Ordinal);
        foreach (var sharing in contestants.Where(static contestant => contestant.Server is not null).GroupBy(static contestant => contestant.Server!))
            if (await TryStartServerAsync(sharing.Key, sharing.SelectMany(static contestant => new[] { contestant.CalleeAccount, contestant.CallerAccount })) is { } report)
                reports.Add(sharing.Key, report);
        foreach (var contestant in contestants)
            if (contestant.Server is null || reports.ContainsKey(contestant.Server))
                await TryEnterAsync(contestant, contestant.Server is { } server ? reports[server] : null);
    }

    /// <summary>Takes a contestant out for good.</summary>
    public async Task RemoveAsync(Entrant entrant)
    {
        _entrants.Remove(entrant);
        await entrant.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var entrant in _entrants)
            await entrant.DisposeAsync();
        foreach (var server in _servers)
            await server.DisposeAsync();
    }

    private async Task<Report?> TryStartServerAsync(string name, IEnumerable<string> accounts)
    {
        var server = ChildProcess.Start(nameof(ServerRole), [name, .. accounts]);
        _servers.Add(server);
        try
        {
            return await server.AskAsync(new(Verb.Start));
        }
        catch (InvalidOperationException e)
        {
            note($"{name} left out: {e.Message}");
            return null;
        }
    }

    private async Task TryEnterAsync(Contestant contestant, Report? server)
    {
        try
        {
            _entrants.Add(await Entrant.StartAsync(contestant, server));
        }
        catch (InvalidOperationException e)
        {
            note($"{contestant.Name} left out: {e.Message}");
        }
    }
}
