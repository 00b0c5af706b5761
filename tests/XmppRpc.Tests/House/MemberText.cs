using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace XmppRpc.Tests.House;

/// <summary>One line for a member.</summary>
internal static class MemberText
{
    public static bool IsReachable(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    public static string Field(FieldInfo field)
    {
        var type = TypeName.Of(field.FieldType, new NullabilityInfoContext().Create(field));
        return field.IsLiteral
            ? $"{Access(field.IsPublic)}const {type} {field.Name} = {Literal(field.GetRawConstantValue())}"
            : $"{Access(field.IsPublic)}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{type} {field.Name}";
    }

    public static string Constructor(ConstructorInfo constructor) => $"{Access(constructor.IsPublic)}{TypeName.Simple(constructor.DeclaringType!)}({Parameters(constructor)})";

    public static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsReachable).ToArray();
        var isPublic = accessors.Any(accessor => accessor.IsPublic);
        // Not GetIndexParameters: it knows nothing of nullability.
        var index = accessors[0].GetParameters()[..property.GetIndexParameters().Length];
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(Parameter))}]";
        var required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        var bodies = string.Concat(accessors.OrderBy(accessor => accessor != property.GetMethod).Select(accessor => $"{(accessor.IsPublic == isPublic ? "" : "protected ")}{Verb(property, accessor)}; "));
        return $"{Access(isPublic)}{Modifiers(accessors[0])}{required}{TypeName.Of(property.PropertyType, new NullabilityInfoContext().Create(property))} {name} {{ {bodies}}}";
    }

    public static string Event(EventInfo e) => $"{Access(e.AddMethod!.IsPublic)}{Modifiers(e.AddMethod)}event {TypeName.Of(e.EventHandlerType!, new NullabilityInfoContext().Create(e))} {e.Name}";

    public static string Method(MethodInfo method) =>
        $"{Access(method.IsPublic)}{Modifiers(method)}{Signature(method, method.Name + (method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : ""))}";

    /// <summary>Return type, the given name, parameters and constraints.</summary>
    public static string Signature(MethodInfo method, string name) =>
        $"{TypeName.Of(method.ReturnType, new NullabilityInfoContext().Create(method.ReturnParameter))} {name}({Parameters(method)}){(method.IsGenericMethodDefinition ? TypeName.Constraints(method.GetGenericArguments()) : "")}";

    private static string Verb(PropertyInfo property, MethodInfo accessor) =>
        accessor == property.GetMethod ? "get" : accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";

    private static string Access(bool isPublic) => isPublic ? "" : "protected ";

    private static string Modifiers(MethodInfo method)
    {
        var scope = method.IsStatic ? "static " : "";
        if (method.DeclaringType!.IsInterface && !method.IsStatic)
            return method.IsAbstract ? "" : "virtual ";
        var isOverride = method.GetBaseDefinition().DeclaringType != method.DeclaringType;
        return scope + (method.IsAbstract ? "abstract " : isOverride ? "override " : method.IsVirtual && !method.IsFinal ? "virtual " : "");
    }

    private static string Parameters(MethodBase method)
    {
        var receiver = method.IsDefined(typeof(ExtensionAttribute)) ? "this " : "";
        return receiver + string.Join(", ", method.GetParameters().Select(Parameter));
    }

    private static string Parameter(ParameterInfo parameter)
    {
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        var kind = parameter switch
        {
            { ParameterType.IsByRef: true, IsOut: true } => "out ",
            { ParameterType.IsByRef: true, IsIn: true } => "in ",
            { ParameterType.IsByRef: true } => "ref ",
            _ when parameter.IsDefined(typeof(ParamArrayAttribute)) || parameter.IsDefined(typeof(ParamCollectionAttribute)) => "params ",
            _ => "",
        };
        return $"{kind}{TypeName.Of(type, new NullabilityInfoContext().Create(parameter))} {parameter.Name}{(parameter.HasDefaultValue ? " = " + Literal(parameter.RawDefaultValue) : "")}";
    }

    private static string Literal(object? value) => value switch
    {
        null => "default",
        string text => $"\"{text}\"",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
