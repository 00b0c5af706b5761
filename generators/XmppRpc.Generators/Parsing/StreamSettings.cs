using Microsoft.CodeAnalysis;
using XmppRpc.Generators.Model;

namespace XmppRpc.Generators.Parsing;

/// <summary>What <c>[RpcStream]</c> says.</summary>
internal static class StreamSettings
{
    /// <summary>The values that are set, in the order of their names.</summary>
    public static EquatableArray<StreamSetting> Of(AttributeData attribute) => attribute.NamedArguments
        .Where(argument => argument.Value.Value is int)
        .Select(argument => new StreamSetting(argument.Key, (int)argument.Value.Value!))
        .OrderBy(setting => setting.Name, StringComparer.Ordinal)
        .ToEquatableArray();

    public static string? Refusal(AttributeData attribute, bool isStream)
    {
        var settings = Of(attribute).ToDictionary(setting => setting.Name, setting => setting.Value, StringComparer.Ordinal);
        if (!isStream)
            return "the method neither takes nor returns an IAsyncEnumerable<T>";
        if (settings.Where(setting => setting.Value < 1).Select(setting => setting.Key).FirstOrDefault() is { } name)
            return $"{name} must be at least 1";
        // Without a look at the defaults, which the runtime may change: both values have to be written here to be compared.
        return IsLess(settings, KnownNames.RpcStreamAttribute.Window, KnownNames.RpcStreamAttribute.MaxBatch)
            ?? IsLess(settings, KnownNames.RpcStreamAttribute.WindowBytes, KnownNames.RpcStreamAttribute.MaxBatchBytes);
    }

    private static string? IsLess(Dictionary<string, int> settings, string window, string batch) =>
        settings.TryGetValue(window, out var most) && settings.TryGetValue(batch, out var size) && most < size ? $"{window} is less than {batch}" : null;
}
