using Microsoft.CodeAnalysis;
using MethodKind = XmppRpc.Generators.Model.MethodKind;

namespace XmppRpc.Generators.Parsing;

/// <summary>What a return type says about a method.</summary>
internal sealed record ReturnShape(MethodKind Kind, bool IsValueTask, ITypeSymbol? Result)
{
    /// <summary>The shape, or null with a reason, or null without one where the compiler has said enough.</summary>
    public static ReturnShape? Of(IMethodSymbol method, DataTypes data, out Refusal? refusal)
    {
        refusal = null;
        if (method.ReturnType.TypeKind == TypeKind.Error)
            return null;
        if (method.RefKind != RefKind.None)
            refusal = new Refusal("it returns a reference");
        else if (method.ReturnType is { IsReferenceType: true, NullableAnnotation: NullableAnnotation.Annotated })
            refusal = new Refusal("what it returns may not be null");
        else if (Of(method.ReturnType) is not { } shape)
            refusal = new Refusal($"it returns '{method.ReturnType.Text()}'");
        else if ((refusal = shape.Result is null ? null : data.Refusal(shape.Result)) is null)
            return shape;
        return null;
    }

    private static ReturnShape? Of(ITypeSymbol type)
    {
        if (type.Is("System.Threading.Tasks.Task"))
            return new ReturnShape(MethodKind.Unary, IsValueTask: false, Result: null);
        if (type.Is("System.Threading.Tasks.ValueTask"))
            return new ReturnShape(MethodKind.Unary, IsValueTask: true, Result: null);
        if (type is not INamedTypeSymbol { TypeArguments.Length: 1 } generic)
            return null;
        var argument = generic.TypeArguments[0];
        if (type.Is("System.Threading.Tasks.Task`1"))
            return argument.Is(KnownNames.Deferred.Type)
                ? new ReturnShape(MethodKind.Deferred, IsValueTask: false, ((INamedTypeSymbol)argument).TypeArguments[0])
                : new ReturnShape(MethodKind.Unary, IsValueTask: false, argument);
        if (type.Is("System.Threading.Tasks.ValueTask`1"))
            return new ReturnShape(MethodKind.Unary, IsValueTask: true, argument);
        return type.Is("System.Collections.Generic.IAsyncEnumerable`1") ? new ReturnShape(MethodKind.Stream, IsValueTask: false, argument) : null;
    }
}
