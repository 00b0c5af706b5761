using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>Which types can be payload.</summary>
internal static class DataTypes
{
    private static readonly (string Type, string Reason)[] Refused =
    [
        ("System.Threading.CancellationToken", "a CancellationToken has to be a parameter of its own and not nullable"),
        ("System.Collections.Generic.IAsyncEnumerable`1", "IAsyncEnumerable<T> is supported as the return type of a method only"),
        ("System.IProgress`1", "IProgress<T> is not supported; an implementation reports with RpcContext.Report"),
        (KnownNames.RpcCallOptions.Type, "options belong to the proxy, not to the contract; callers set them with proxy.With(options)"),
        (KnownNames.Deferred.Type, "Deferred<T> is supported as Task<Deferred<T>> only"),
        ("System.Threading.Tasks.Task", "a task is no data"),
        ("System.Threading.Tasks.ValueTask", "a task is no data"),
        ("System.Threading.Tasks.ValueTask`1", "a task is no data"),
        ("System.IO.Stream", "a Stream is no data; send byte[], or return IAsyncEnumerable<byte[]>"),
    ];

    /// <summary>Why a type, or one inside of it, cannot be payload; null if it can.</summary>
    public static string? Refusal(ITypeSymbol type)
    {
        var open = new Stack<ITypeSymbol>([type]);
        while (open.Count > 0)
        {
            var current = open.Pop();
            if (Own(current) is { } reason)
                return reason;
            if (current is IArrayTypeSymbol array)
                open.Push(array.ElementType);
            foreach (var argument in (current as INamedTypeSymbol)?.TypeArguments ?? [])
                open.Push(argument);
        }
        return null;
    }

    private static string? Own(ITypeSymbol type)
    {
        foreach (var (refused, reason) in Refused)
            if (type.Inherits(refused))
                return reason;
        return type switch
        {
            { TypeKind: TypeKind.Pointer or TypeKind.FunctionPointer } => "a pointer is no data",
            { TypeKind: TypeKind.Delegate } => "a delegate is no data",
            { TypeKind: TypeKind.Dynamic } => "dynamic has no type to send it as; use JsonElement",
            { IsRefLikeType: true } => $"'{type.Text()}' is a ref struct; use an array",
            _ => null,
        };
    }
}
