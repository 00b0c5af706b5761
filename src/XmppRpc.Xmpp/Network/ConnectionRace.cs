namespace XmppRpc.Xmpp.Network;

/// <summary>Tries places one after the other without waiting for the slow ones to fail (RFC 8305 §5, "Happy Eyeballs").</summary>
/// <param name="delay">Head start of each attempt before the next begins; a failure ends it.</param>
/// <param name="limit">For one attempt.</param>
/// <param name="time">What measures both.</param>
internal sealed class ConnectionRace(TimeSpan delay, TimeSpan limit, TimeProvider time)
{
    /// <summary>
    /// The first connection that stands; none when every attempt failed. When this returns or throws, no attempt is under way any more and the losers are disposed of.
    /// </summary>
    public async Task<RaceResult<TPlace, TConnection>> RunAsync<TPlace, TConnection>(
        IReadOnlyList<TPlace> places, Func<TPlace, CancellationToken, Task<TConnection>> connect, CancellationToken cancellationToken)
        where TConnection : class, IDisposable
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Attempt<TPlace, TConnection>>>();
        var failures = new List<(TPlace Place, Exception Reason)>();
        Attempt<TPlace, TConnection>? winner = null;
        try
        {
            var (next, pause) = (0, Task.CompletedTask);
            while (winner is null && (next < places.Count || running.Count > 0))
            {
                if (next < places.Count && pause.IsCompleted)
                {
                    running.Add(TryAsync(places[next++], connect, over.Token));
                    pause = next < places.Count ? Task.Delay(delay, time, over.Token) : Task.CompletedTask;
                }

                var first = await Task.WhenAny(next < places.Count ? [.. running, pause] : running).ConfigureAwait(false);
                cancellationToken.ThrowIfCancellationRequested();
                if (first is not Task<Attempt<TPlace, TConnection>> ended)
                    continue;
                running.Remove(ended);
                var attempt = await ended.ConfigureAwait(false);
                if (attempt.Connection is not null)
                    winner = attempt;
                else
                    failures.Add((attempt.Place, attempt.Failure!));
                pause = Task.CompletedTask;
            }
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            foreach (var loser in running)
                (await loser.ConfigureAwait(false)).Connection?.Dispose();
        }

        return new(winner is null ? default : winner.Place, winner?.Connection, failures);
    }

    /// <summary>Never throws.</summary>
    private async Task<Attempt<TPlace, TConnection>> TryAsync<TPlace, TConnection>(TPlace place, Func<TPlace, CancellationToken, Task<TConnection>> connect, CancellationToken over)
        where TConnection : class, IDisposable
    {
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, over);
        try
        {
            return new(place, await connect(place, either.Token).ConfigureAwait(false), null);
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !over.IsCancellationRequested)
        {
            return new(place, null, new TimeoutException($"no answer within {limit.TotalSeconds} s"));
        }
        catch (Exception e)
        {
            return new(place, null, e);
        }
    }

    private sealed record Attempt<TPlace, TConnection>(TPlace Place, TConnection? Connection, Exception? Failure)
        where TConnection : class;
}

/// <summary>How a race ended.</summary>
/// <param name="Place">Where the connection leads, if there is one.</param>
/// <param name="Connection">The winner, or null.</param>
/// <param name="Failures">What failed before that, in the order of failing.</param>
internal sealed record RaceResult<TPlace, TConnection>(TPlace? Place, TConnection? Connection, IReadOnlyList<(TPlace Place, Exception Reason)> Failures)
    where TConnection : class;
