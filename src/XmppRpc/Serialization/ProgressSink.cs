using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace XmppRpc.Serialization;

/// <summary>Where the values of a call's own progress go, whatever their type.</summary>
internal abstract class ProgressSink
{
    /// <summary>Throws what reading throws, and what the user's code throws.</summary>
    public abstract void Report(ReadOnlyMemory<byte> value);
}

internal sealed class ProgressSink<T>(IProgress<T> progress, JsonTypeInfo<T> type) : ProgressSink
{
    public override void Report(ReadOnlyMemory<byte> value) => progress.Report(JsonSerializer.Deserialize(value.Span, type)!);
}
