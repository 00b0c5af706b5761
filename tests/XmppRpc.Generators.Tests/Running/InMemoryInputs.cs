using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Serialization;

namespace XmppRpc.Generators.Tests.Running;

/// <summary>Carries what a call has besides its arguments, as the texts both sides see, and keeps what went over.</summary>
internal sealed class InMemoryInputs(RpcArgumentWriter arguments) : ICallInputs
{
    public Dictionary<string, string> Headers { get; } = new(arguments.Headers ?? [], StringComparer.Ordinal);

    public List<string> Items { get; } = [];

    public List<string> Reports { get; } = [];

    public async IAsyncEnumerable<T> ReadStream<T>(JsonTypeInfo<T> item)
    {
        var source = arguments.Upload!;
        source.Open(CancellationToken.None);
        while (await source.MoveNextAsync())
        {
            var payload = new PayloadWriter();
            source.WriteCurrent(payload.Json);
            Items.Add(Encoding.UTF8.GetString(payload.Finish()));
            yield return JsonSerializer.Deserialize(Items[^1], item)!;
        }
        await source.CloseAsync();
    }

    public IProgress<T> Progress<T>(JsonTypeInfo<T> value) => new Reporter<T>(this, value);

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    private void Report(string value)
    {
        Reports.Add(value);
        arguments.Progress?.Report(Encoding.UTF8.GetBytes(value));
    }

    // Not Progress<T>: that reports on other threads, later.
    private sealed class Reporter<T>(InMemoryInputs inputs, JsonTypeInfo<T> type) : IProgress<T>
    {
        public void Report(T value) => inputs.Report(JsonSerializer.Serialize(value, type));
    }
}
