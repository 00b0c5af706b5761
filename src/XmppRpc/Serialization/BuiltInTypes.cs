using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace XmppRpc.Serialization;

/// <summary>Metadata for the types every contract may use without naming them in its context: text, numbers, dates and times, bytes, enums, and their nullable forms.</summary>
internal sealed class BuiltInTypes : IJsonTypeInfoResolver
{
    private readonly Dictionary<Type, Func<JsonSerializerOptions, JsonTypeInfo>> _types = new();

    public BuiltInTypes()
    {
        Reference(JsonMetadataServices.StringConverter);
        Reference(JsonMetadataServices.ByteArrayConverter);
        Reference(JsonMetadataServices.UriConverter);
        Reference(JsonMetadataServices.VersionConverter);
        Value(JsonMetadataServices.BooleanConverter);
        Value(JsonMetadataServices.ByteConverter);
        Value(JsonMetadataServices.SByteConverter);
        Value(JsonMetadataServices.Int16Converter);
        Value(JsonMetadataServices.UInt16Converter);
        Value(JsonMetadataServices.Int32Converter);
        Value(JsonMetadataServices.UInt32Converter);
        Value(JsonMetadataServices.Int64Converter);
        Value(JsonMetadataServices.UInt64Converter);
        Value(JsonMetadataServices.Int128Converter);
        Value(JsonMetadataServices.UInt128Converter);
        Value(JsonMetadataServices.HalfConverter);
        Value(JsonMetadataServices.SingleConverter);
        Value(JsonMetadataServices.DoubleConverter);
        Value(JsonMetadataServices.DecimalConverter);
        Value(JsonMetadataServices.CharConverter);
        Value(JsonMetadataServices.GuidConverter);
        Value(JsonMetadataServices.DateTimeConverter);
        Value(JsonMetadataServices.DateTimeOffsetConverter);
        Value(JsonMetadataServices.DateOnlyConverter);
        Value(JsonMetadataServices.TimeOnlyConverter);
        Value(JsonMetadataServices.TimeSpanConverter);
        Value(JsonMetadataServices.JsonElementConverter);
    }

    public JsonTypeInfo? GetTypeInfo(Type type, JsonSerializerOptions options) => _types.TryGetValue(type, out var create) ? create(options) : null;

    public void AddEnum<TEnum>() where TEnum : struct, Enum
    {
        _types[typeof(TEnum)] = options => JsonMetadataServices.CreateValueInfo<TEnum>(options, new JsonStringEnumConverter<TEnum>().CreateConverter(typeof(TEnum), options));
        _types[typeof(TEnum?)] = Nullable<TEnum>;
    }

    private void Reference<T>(JsonConverter<T?> converter) where T : class => _types[typeof(T)] = options => JsonMetadataServices.CreateValueInfo<T?>(options, converter);

    private void Value<T>(JsonConverter<T> converter) where T : struct
    {
        _types[typeof(T)] = options => JsonMetadataServices.CreateValueInfo<T>(options, converter);
        _types[typeof(T?)] = Nullable<T>;
    }

    private static JsonTypeInfo<T?> Nullable<T>(JsonSerializerOptions options) where T : struct =>
        JsonMetadataServices.CreateValueInfo<T?>(options, JsonMetadataServices.GetNullableConverter<T>(options));
}
