using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace XmppRpc.Serialization;

/// <summary>
/// How one contract's payloads are written and read: the user's <see cref="JsonSerializerContext"/> with strict reading, enums as strings, fields too, NaN and infinity as strings, and an encoder
/// that leaves nothing an XML text or a line of frames would have to escape. Without a context the types are found by reflection, where that is enabled.
/// </summary>
public sealed class RpcJson
{
    /// <summary>Over the whole BMP it emits no <c>&lt; &gt; &amp; ' `</c>, no line break, no character XML forbids and no quote inside a string.</summary>
    internal static readonly JavaScriptEncoder Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);

    private readonly BuiltInTypes _builtIn = new();
    private readonly JsonSerializerOptions _options;

    /// <summary>Payloads of a contract with that context, or null for reflection.</summary>
    public RpcJson(JsonSerializerContext? context)
    {
        ContextName = context?.GetType().Name;
        _options = context is null ? new JsonSerializerOptions() : new JsonSerializerOptions(context.Options);
        _options.TypeInfoResolver = JsonTypeInfoResolver.Combine(context ?? Reflection(), _builtIn);
        _options.Encoder = Encoder;
        _options.WriteIndented = false;
        _options.MaxDepth = 32;
        _options.AllowDuplicateProperties = false;
        _options.RespectNullableAnnotations = true;
        // Where a context leaves nulls or defaults out, a missing parameter is no mistake.
        _options.RespectRequiredConstructorParameters = _options.DefaultIgnoreCondition == JsonIgnoreCondition.Never;
        // Tuples are fields; without this they would arrive empty.
        _options.IncludeFields = true;
        _options.NumberHandling |= JsonNumberHandling.AllowNamedFloatingPointLiterals;
    }

    /// <summary>The user's context by name, or null if there is none.</summary>
    public string? ContextName { get; }

    /// <summary>Writes an enum by the names of its members. Called by generated code before the first use.</summary>
    public RpcJson WithEnum<TEnum>() where TEnum : struct, Enum
    {
        _options.Converters.Add(new JsonStringEnumConverter<TEnum>());
        _builtIn.AddEnum<TEnum>();
        return this;
    }

    /// <summary>The metadata of a type; <see cref="NotSupportedException"/> if there is none.</summary>
    public JsonTypeInfo<T> TypeInfo<T>() => (JsonTypeInfo<T>)_options.GetTypeInfo(typeof(T));

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Trimmed applications switch reflection off, then this is null.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "AOT applications switch reflection off, then this is null.")]
    private static IJsonTypeInfoResolver? Reflection() => JsonSerializer.IsReflectionEnabledByDefault ? JsonSerializerOptions.Default.TypeInfoResolver : null;

    internal bool Knows(Type type)
    {
        try
        {
            return _options.TryGetTypeInfo(type, out _);
        }
        catch (Exception e) when (e is NotSupportedException or InvalidOperationException)
        {
            return false;
        }
    }
}
