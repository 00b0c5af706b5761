using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace XmppRpc.Generators.Tests.Running;

/// <summary>Contracts as users write them who have not read what is usual, with a context (<c>…WithContext</c>) and without.</summary>
[Flags]
public enum Rights : ulong
{
    None,
    Read = 1,
    Write = 2,
    Top = 0x8000_0000_0000_0000,
}

public enum Weekday : byte
{
    [JsonStringEnumMemberName("lundi")] Monday,
    @Event = 200,
}

internal interface IScalarMethods
{
    Task<char> CharAsync(char value = '\u2028');
    Task<decimal?> DecimalAsync(decimal? value = 0.1000m);
    Task<Half> HalfAsync(Half value);
    Task<Half?> MaybeHalfAsync(Half? value = null);
    Task<Int128> Int128Async(Int128 value = default);
    Task<UInt128?> UInt128Async(UInt128? value);
    Task<Uri> UriAsync(Uri value);
    Task<Version?> VersionAsync(Version? value = null);
    Task<TimeOnly> TimeOnlyAsync(TimeOnly value);
    Task<DateOnly?> DateOnlyAsync(DateOnly? value);
    Task<DateTime> DateTimeAsync(DateTime value = default);
    Task<TimeSpan> TimeSpanAsync(TimeSpan value);
    Task<JsonElement> ElementAsync(JsonElement value);
    Task<JsonNode?> NodeAsync(JsonNode? value);
    Task<double> DoubleAsync(double value = double.NegativeInfinity);
    Task<float?> FloatAsync(float? value = float.NaN);
    Task<Rights> RightsAsync(Rights value = Rights.Read | Rights.Write);
    Task<Weekday?> DayAsync(Weekday? value = Weekday.@Event);
    Task<byte[]?> BytesAsync(byte[]? value);
    Task<Guid> GuidAsync(Guid value = default);
    Task<sbyte> SByteAsync(sbyte value = sbyte.MinValue);
#pragma warning disable XRPC022 // An object is read as the JSON it is.
    Task<object?> ObjectAsync(object? value);
#pragma warning restore XRPC022
}

[RpcContract("unusual.scalars")]
internal partial interface IScalars : IScalarMethods;

[RpcContract("unusual.scalars.with-context", JsonContext = typeof(UnusualJson))]
internal partial interface IScalarsWithContext : IScalarMethods;

public readonly record struct Metres(double Value);

public sealed record Wrapper<T>(T Value, Wrapper<T>? Next = null);

public sealed record Page<TKey, TItem>(IReadOnlyDictionary<TKey, TItem[]> Items, TItem? First) where TKey : notnull;

public abstract class Shape
{
    public required string Name { get; init; }

    public Metres? Size { get; set; }
}

[JsonDerivedType(typeof(Circle), "circle"), JsonDerivedType(typeof(Square), "square")]
public class Figure : Shape
{
    public (int X, string? Y) Place;
}

public sealed class Circle : Figure
{
    public required double Radius { get; init; }

    public Rights[]? Rights { get; init; }
}

public sealed class Square : Figure
{
    public Weekday Day { get; init; }
}

internal interface ICollectionMethods
{
    Task<IReadOnlyList<Wrapper<int?>>> ListAsync(IReadOnlyList<Wrapper<int?>> value);
    Task<Dictionary<string, Metres[]>> ArraysAsync(Dictionary<string, Metres[]> value);
    Task<string?[]> NullsAsync(string?[] value);
    Task<int?[][]> JaggedAsync(int?[][] value);
    Task<Dictionary<Weekday, List<Rights?>>> KeysAsync(Dictionary<Weekday, List<Rights?>> value);
    Task<Page<Guid, Wrapper<Wrapper<string?>>>> PageAsync(Page<Guid, Wrapper<Wrapper<string?>>> value);
    Task<ImmutableArray<byte>> ImmutableAsync(ImmutableArray<byte> value);
    Task<(int Number, string? Text, Weekday Day)> TupleAsync((int Number, string? Text, Weekday Day) value);
    Task<KeyValuePair<string, (int, int)?>> PairAsync(KeyValuePair<string, (int, int)?> value);
    Task<Figure> FigureAsync(Figure value);
    Task<HashSet<DateTimeOffset>> SetAsync(IEnumerable<DateTimeOffset> value);
    IAsyncEnumerable<Figure?> FiguresAsync(Figure?[] value);
    IAsyncEnumerable<(string Key, double Value)> PointsAsync(List<(string Key, double Value)> value);
    Task<Deferred<IReadOnlyList<Metres?>>> LaterAsync(IReadOnlyList<Metres?> value);
}

[RpcContract("unusual.collections")]
internal partial interface ICollections : ICollectionMethods;

[RpcContract("unusual.collections.with-context", JsonContext = typeof(UnusualJson))]
internal partial interface ICollectionsWithContext : ICollectionMethods;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(JsonNode)), JsonSerializable(typeof(object)), JsonSerializable(typeof(string[])), JsonSerializable(typeof(int?[][]))]
[JsonSerializable(typeof(IReadOnlyList<Wrapper<int?>>)), JsonSerializable(typeof(Dictionary<string, Metres[]>)), JsonSerializable(typeof(Dictionary<Weekday, List<Rights?>>))]
[JsonSerializable(typeof(Page<Guid, Wrapper<Wrapper<string>>>)), JsonSerializable(typeof(ImmutableArray<byte>)), JsonSerializable(typeof((int, string, Weekday)), TypeInfoPropertyName = "Tuple")]
[JsonSerializable(typeof(KeyValuePair<string, (int, int)?>)), JsonSerializable(typeof(Figure)), JsonSerializable(typeof(Figure[])), JsonSerializable(typeof(HashSet<DateTimeOffset>))]
[JsonSerializable(typeof(IEnumerable<DateTimeOffset>)), JsonSerializable(typeof(List<(string, double)>)), JsonSerializable(typeof(IReadOnlyList<Metres?>))]
public sealed partial class UnusualJson : JsonSerializerContext;

/// <summary>Names that generated code could want for itself.</summary>
public static partial class @namespace
{
    public partial record struct @record
    {
        [RpcContract("unusual.names")]
        internal partial interface @interface
        {
            Task<string> @class(string @this, string value, string field, string service, string method, string arguments, string responder, string cancellationToken, string invoker, string global, CancellationToken @await);

            Task<int> ToStringAsync(int _service = 1, int rpc = 2, int args = 3, int System = 4, int XmppRpc = 5, int interface_Proxy = 6);

            Task<string> Überraschung(string ё = "ё", string ﬁ = "😀\0\u0085\"`<&>'");

            static @interface Mine => new Implementation();

            string Own() => "own";
        }

        private sealed class Implementation : @interface
        {
            public Task<string> @class(string @this, string value, string field, string service, string method, string arguments, string responder, string cancellationToken, string invoker, string global, CancellationToken @await) =>
                Task.FromResult(@this + value + field + service + method + arguments + responder + cancellationToken + invoker + global + @await.CanBeCanceled);

            public Task<int> ToStringAsync(int _service, int rpc, int args, int System, int XmppRpc, int interface_Proxy) => Task.FromResult((((((_service * 10) + rpc) * 10 + args) * 10 + System) * 10 + XmppRpc) * 10 + interface_Proxy);

            public Task<string> Überraschung(string ё, string ﬁ) => Task.FromResult(ё + ﬁ);
        }
    }
}
