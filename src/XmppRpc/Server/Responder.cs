using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Contracts;
using XmppRpc.Serialization;

namespace XmppRpc.Server;

/// <summary>Turns what the implementation of one call returns into frames. What it throws goes on to <see cref="ActiveCall"/>.</summary>
internal sealed class Responder(ActiveCall call, ActiveCalls calls) : RpcResponder
{
    public override async ValueTask ReplyAsync(Task task)
    {
        await NotNull(task).ConfigureAwait(false);
        call.Reply([]);
    }

    public override async ValueTask ReplyAsync(ValueTask task)
    {
        await task.ConfigureAwait(false);
        call.Reply([]);
    }

    public override async ValueTask ReplyAsync<T>(Task<T> task, JsonTypeInfo<T> result) => Reply(await NotNull(task).ConfigureAwait(false), result);

    public override async ValueTask ReplyAsync<T>(ValueTask<T> task, JsonTypeInfo<T> result) => Reply(await task.ConfigureAwait(false), result);

    public override async ValueTask DeferAsync<T>(Task<Deferred<T>> task, JsonTypeInfo<T> result)
    {
        var deferred = await NotNull(task).ConfigureAwait(false);
        if (deferred.Ticket is null)
            Reply(await deferred, result);
        else
            call.Acknowledge(deferred: true);
    }

    public override async ValueTask StreamAsync<T>(IAsyncEnumerable<T> items, JsonTypeInfo<T> item)
    {
        var stream = calls.NewDownload(call, new ItemSource<T>(items, item));
        stream.Grant(0, call.Frame.Credit!.Value);
        call.Download = stream;
        if (call.Upload is null)
            call.Acknowledge(deferred: false);
        await stream.RunAsync(call.Cancellation).ConfigureAwait(false);
        call.End(stream.ItemsSent);
    }

    private void Reply<T>(T value, JsonTypeInfo<T> result)
    {
        var payload = calls.Payloads.Rent();
        JsonSerializer.Serialize(payload.Json, value, result);
        call.Reply(payload.Finish());
        calls.Payloads.Return(payload);
    }

    private TTask NotNull<TTask>(TTask? task) where TTask : Task => task ?? throw new InvalidOperationException($"The implementation of {call.Served.Method} returned null instead of a task.");
}
