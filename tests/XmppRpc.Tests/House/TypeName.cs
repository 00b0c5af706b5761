using System.Reflection;

namespace XmppRpc.Tests.House;

/// <summary>Types as C# writes them, without namespaces of the framework.</summary>
internal static class TypeName
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(object)] = "object",
        [typeof(string)] = "string",
        [typeof(bool)] = "bool",
        [typeof(char)] = "char",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
    };

    /// <summary>The name of a use of the type, with <c>?</c> where the use may be null.</summary>
    public static string Of(Type type, NullabilityInfo? nullability = null)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Of(underlying, nullability?.GenericTypeArguments.FirstOrDefault()) + "?";
        var mark = !type.IsValueType && nullability is { ReadState: NullabilityState.Nullable } ? "?" : "";
        if (type.IsArray)
            return $"{Of(type.GetElementType()!, nullability?.ElementType)}[{new string(',', type.GetArrayRank() - 1)}]{mark}";
        if (type.IsPointer || type.IsByRef)
            return Of(type.GetElementType()!) + (type.IsPointer ? "*" : "&");
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword + mark;
        // Whether T without a constraint was written with a question mark cannot be told.
        if (type.IsGenericParameter)
            return type.Name + (type.GenericParameterAttributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? mark : "");

        var outer = type.DeclaringType is { } declaring ? Of(declaring.IsGenericTypeDefinition ? declaring.MakeGenericType(type.GetGenericArguments()[..declaring.GetGenericArguments().Length]) : declaring) + "." : "";
        var own = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).Select((argument, i) => Of(argument, nullability?.GenericTypeArguments.ElementAtOrDefault(i))).ToArray();
        return outer + Simple(type) + (own.Length > 0 ? $"<{string.Join(", ", own)}>" : "") + mark;
    }

    /// <summary>The name of a declared type with its namespace.</summary>
    public static string FullOf(Type type) => $"{type.Namespace}.{Of(type)}";

    /// <summary>The bare name.</summary>
    public static string Simple(Type type) => type.Name.Split('`')[0];

    /// <summary>The <c>where</c> clauses of type parameters.</summary>
    public static string Constraints(IEnumerable<Type> parameters) => string.Concat(
        from parameter in parameters
        where parameter.IsGenericParameter
        let flags = parameter.GenericParameterAttributes
        let isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint)
        let parts = new[]
        {
            isStruct ? "struct" : flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? "class" : null,
        }
            .Concat(parameter.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)).Select(constraint => Of(constraint)))
            .Append(!isStruct && flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint) ? "new()" : null)
            .Where(part => part is not null)
            .ToArray()
        where parts.Length > 0
        select $" where {parameter.Name} : {string.Join(", ", parts)}");
}
