using System.Text.Json.Serialization.Metadata;

namespace XmppRpc.Serialization;

/// <summary>What a received call has besides its arguments.</summary>
internal interface ICallInputs
{
    /// <summary>The stream that the caller sends; it can be enumerated once.</summary>
    IAsyncEnumerable<T> ReadStream<T>(JsonTypeInfo<T> item);

    /// <summary>Where the implementation reports its progress.</summary>
    IProgress<T> Progress<T>(JsonTypeInfo<T> value);

    string? Header(string name);
}
