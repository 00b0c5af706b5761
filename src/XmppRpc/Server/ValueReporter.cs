using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using XmppRpc.Frames;
using XmppRpc.Serialization;

namespace XmppRpc.Server;

/// <summary>Where an implementation reports progress of the method's own type.</summary>
internal sealed class ValueReporter<T>(ActiveCall call, ActiveCalls calls, JsonTypeInfo<T> type) : IProgress<T>
{
    public void Report(T value)
    {
        if (!call.MayReport)
            return;
        var payload = new PayloadWriter();
        JsonSerializer.Serialize(payload.Json, value, type);
        var bytes = payload.Finish();
        if (bytes.Length + Frame.MaxOverhead > calls.Options.MaxStanzaBytes)
            throw new ArgumentException($"The progress takes {bytes.Length} bytes, more than RpcEndpointOptions.MaxStanzaBytes allows. Report less.", nameof(value));
        call.Progress.Report(null, bytes);
    }
}
