using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>Which types can be payload. It remembers what it has walked through, so each contract has its own.</summary>
internal sealed class DataTypes
{
    private const string NoTask = "a task is no data";

    private static readonly (string Type, string Reason)[] Refused =
    [
        ("System.Threading.CancellationToken", "a CancellationToken has to be a parameter of its own and not nullable"),
        (KnownNames.RpcCallOptions.Type, "options are a parameter of their own, RpcCallOptions?"),
        ("System.Threading.Tasks.Task", NoTask),
        ("System.Threading.Tasks.ValueTask", NoTask),
        ("System.Threading.Tasks.ValueTask`1", NoTask),
        ("System.IO.Stream", "a Stream is no data; send byte[], or IAsyncEnumerable<byte[]>"),
    ];

    private readonly LiveParts _liveParts = new();

    /// <summary>Why a type cannot be payload; null if it can.</summary>
    public Refusal? Refusal(ITypeSymbol type)
    {
        if (LiveParts.Reason(type) is { } live)
            return new Refusal(live);
        var open = new Stack<ITypeSymbol>([type]);
        while (open.Count > 0)
        {
            var current = open.Pop();
            if (Own(current) is { } reason)
                return new Refusal(reason);
            if (current is IArrayTypeSymbol array)
                open.Push(array.ElementType);
            foreach (var argument in (current as INamedTypeSymbol)?.TypeArguments ?? [])
                open.Push(argument);
        }
        return _liveParts.Find(type) is { } inside ? new Refusal(inside, type.Text()) : null;
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
