using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace XmppRpc.Generators.Tests.Running;

/// <summary>Gives back what it gets.</summary>
internal sealed class Scalars : IScalars, IScalarsWithContext
{
    public Task<char> CharAsync(char value) => Task.FromResult(value);
    public Task<decimal?> DecimalAsync(decimal? value) => Task.FromResult(value);
    public Task<Half> HalfAsync(Half value) => Task.FromResult(value);
    public Task<Half?> MaybeHalfAsync(Half? value) => Task.FromResult(value);
    public Task<Int128> Int128Async(Int128 value) => Task.FromResult(value);
    public Task<UInt128?> UInt128Async(UInt128? value) => Task.FromResult(value);
    public Task<Uri> UriAsync(Uri value) => Task.FromResult(value);
    public Task<Version?> VersionAsync(Version? value) => Task.FromResult(value);
    public Task<TimeOnly> TimeOnlyAsync(TimeOnly value) => Task.FromResult(value);
    public Task<DateOnly?> DateOnlyAsync(DateOnly? value) => Task.FromResult(value);
    public Task<DateTime> DateTimeAsync(DateTime value) => Task.FromResult(value);
    public Task<TimeSpan> TimeSpanAsync(TimeSpan value) => Task.FromResult(value);
    public Task<JsonElement> ElementAsync(JsonElement value) => Task.FromResult(value);
    public Task<JsonNode?> NodeAsync(JsonNode? value) => Task.FromResult(value);
    public Task<double> DoubleAsync(double value) => Task.FromResult(value);
    public Task<float?> FloatAsync(float? value) => Task.FromResult(value);
    public Task<Rights> RightsAsync(Rights value) => Task.FromResult(value);
    public Task<Weekday?> DayAsync(Weekday? value) => Task.FromResult(value);
    public Task<byte[]?> BytesAsync(byte[]? value) => Task.FromResult(value);
    public Task<Guid> GuidAsync(Guid value) => Task.FromResult(value);
    public Task<sbyte> SByteAsync(sbyte value) => Task.FromResult(value);
    public Task<object?> ObjectAsync(object? value) => Task.FromResult(value);
}

/// <summary>Gives back what it gets.</summary>
internal sealed class Collections : ICollections, ICollectionsWithContext
{
    public Task<IReadOnlyList<Wrapper<int?>>> ListAsync(IReadOnlyList<Wrapper<int?>> value) => Task.FromResult(value);
    public Task<Dictionary<string, Metres[]>> ArraysAsync(Dictionary<string, Metres[]> value) => Task.FromResult(value);
    public Task<string?[]> NullsAsync(string?[] value) => Task.FromResult(value);
    public Task<int?[][]> JaggedAsync(int?[][] value) => Task.FromResult(value);
    public Task<Dictionary<Weekday, List<Rights?>>> KeysAsync(Dictionary<Weekday, List<Rights?>> value) => Task.FromResult(value);
    public Task<Page<Guid, Wrapper<Wrapper<string?>>>> PageAsync(Page<Guid, Wrapper<Wrapper<string?>>> value) => Task.FromResult(value);
    public Task<ImmutableArray<byte>> ImmutableAsync(ImmutableArray<byte> value) => Task.FromResult(value);
    public Task<(int Number, string? Text, Weekday Day)> TupleAsync((int Number, string? Text, Weekday Day) value) => Task.FromResult(value);
    public Task<KeyValuePair<string, (int, int)?>> PairAsync(KeyValuePair<string, (int, int)?> value) => Task.FromResult(value);
    public Task<Figure> FigureAsync(Figure value) => Task.FromResult(value);
    public Task<HashSet<DateTimeOffset>> SetAsync(IEnumerable<DateTimeOffset> value) => Task.FromResult(value.ToHashSet());
    public IAsyncEnumerable<Figure?> FiguresAsync(Figure?[] value) => value.ToAsyncEnumerable();
    public IAsyncEnumerable<(string Key, double Value)> PointsAsync(List<(string Key, double Value)> value) => value.ToAsyncEnumerable();
    public Task<Deferred<IReadOnlyList<Metres?>>> LaterAsync(IReadOnlyList<Metres?> value) => Task.FromResult(Deferred.Now(value));
}
