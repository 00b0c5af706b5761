using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace XmppRpc.Tests.House;

/// <summary>Writes what users can reach of an assembly as text that changes only when that changes.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>All public types, in ordinal order of their names, with their public and protected members.</summary>
    public static string Describe(IEnumerable<Type> types)
    {
        var text = new StringBuilder();
        foreach (var type in types.Where(IsReachable).OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(TypeHeader(type)).Append('\n');
            foreach (var member in Members(type))
                text.Append("    ").Append(member).Append('\n');
            text.Append('\n');
        }
        return text.ToString().TrimEnd('\n');
    }

    private static bool IsReachable(Type type) =>
        type.IsNested ? (type.IsNestedPublic || type.IsNestedFamily || type.IsNestedFamORAssem) && IsReachable(type.DeclaringType!) : type.IsPublic;

    private static string TypeHeader(Type type)
    {
        var name = TypeName.FullOf(type);
        if (type.IsEnum)
            return $"enum {name} : {TypeName.Of(Enum.GetUnderlyingType(type))}";
        if (type.IsSubclassOf(typeof(Delegate)))
            return "delegate " + MemberText.Signature(type.GetMethod("Invoke")!, name);

        var kind = (type.IsInterface, type.IsValueType, type.IsAbstract, type.IsSealed) switch
        {
            (true, _, _, _) => "interface",
            (_, true, _, _) => type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly struct" : "struct",
            (_, _, true, true) => "static class",
            (_, _, true, _) => "abstract class",
            (_, _, _, true) => "sealed class",
            _ => "class",
        };
        // Only what the type itself adds: an interface that a base or another interface brings along is not repeated.
        var inherited = type.GetInterfaces().SelectMany(i => i.GetInterfaces()).Concat(type.BaseType?.GetInterfaces() ?? []).ToHashSet();
        var bases = (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? [parent] : Array.Empty<Type>())
            .Concat(type.GetInterfaces().Where(i => !inherited.Contains(i) && (i.IsPublic || i.IsNestedPublic)).OrderBy(i => TypeName.Of(i), StringComparer.Ordinal))
            .Select(b => TypeName.Of(b));
        var list = string.Join(", ", bases);
        return $"{kind} {name}{(list.Length > 0 ? " : " + list : "")}{TypeName.Constraints(type.GetGenericArguments())}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsSubclassOf(typeof(Delegate)))
            return [];
        if (type.IsEnum)
            return Enum.GetNames(type).Zip(Enum.GetValuesAsUnderlyingType(type).Cast<object>()).OrderBy(pair => pair.Second).Select(pair => $"{pair.First} = {pair.Second}");

        return
        [
            .. Sorted(type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly).Select(MemberText.Field)),
            .. Sorted(type.GetConstructors(Declared).Where(constructor => !constructor.IsStatic && MemberText.IsReachable(constructor)).Select(MemberText.Constructor)),
            .. Sorted(type.GetProperties(Declared).Where(property => property.GetAccessors(nonPublic: true).Any(MemberText.IsReachable)).Select(MemberText.Property)),
            .. Sorted(type.GetEvents(Declared).Where(e => MemberText.IsReachable(e.AddMethod!)).Select(MemberText.Event)),
            .. Sorted(type.GetMethods(Declared).Where(method => MemberText.IsReachable(method) && IsWritten(method)).Select(MemberText.Method)),
        ];
    }

    // Accessors appear with their properties and events; names in angle brackets are the compiler's.
    private static bool IsWritten(MethodInfo method) => (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && !method.Name.Contains('<', StringComparison.Ordinal);

    private static IEnumerable<string> Sorted(IEnumerable<string> lines) => lines.Order(StringComparer.Ordinal);
}
