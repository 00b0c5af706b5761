using Microsoft.CodeAnalysis;

namespace XmppRpc.Generators.Parsing;

/// <summary>What System.Text.Json writes, or not even that, but nobody can read back or wants to send.</summary>
internal static class JsonRefusals
{
    private static readonly string[] Secrets = ["password", "passwd", "passphrase", "secret", "privatekey", "apikey"];

    /// <summary>Why a type cannot be read; null if it can.</summary>
    public static string? Reading(ITypeSymbol type)
    {
        if (type.SpecialType == SpecialType.System_Object)
            return "object says nothing of what to read; name the type, or use JsonElement";
        if (type is not INamedTypeSymbol named || JsonSymbols.IsSystem(named) || JsonSymbols.HasConverter(named) || JsonSymbols.IsCollection(named))
            return null;
        if (named.TypeKind == TypeKind.Interface || named is { TypeKind: TypeKind.Class, IsAbstract: true })
            return JsonSymbols.IsPolymorphic(named) ? null : $"it is {(named.TypeKind == TypeKind.Interface ? "an interface" : "abstract")}; say by [JsonDerivedType] which types stand behind it";
        return named.TypeKind == TypeKind.Class ? Construction(named) : null;
    }

    /// <summary>Why a member, or a payload itself, should not be sent; null if there is nothing against it.</summary>
    public static string? Sending(ITypeSymbol type, ISymbol? member) => type switch
    {
        { TypeKind: TypeKind.Delegate } => "a delegate stays where it was made",
        _ when type.Inherits("System.Threading.Tasks.Task") || type.Is("System.Threading.Tasks.ValueTask") || type.Is("System.Threading.Tasks.ValueTask`1") => "a task stays where it was started; send its result",
        _ when type.Inherits("System.Exception") => "an exception tells strangers about the inside of the program, and cannot be read back; send what of it matters",
        _ when type.Inherits("System.Type") => "a type has no meaning in another process; send a name",
        _ when member is not null && IsText(type) && Secrets.Any(secret => member.Name.IndexOf(secret, StringComparison.OrdinalIgnoreCase) >= 0) =>
            "it looks like a secret, which lies in every server and log on the way; leave it out with [JsonIgnore]",
        _ => null,
    };

    private static bool IsText(ITypeSymbol type) => type.SpecialType == SpecialType.System_String || type is IArrayTypeSymbol { ElementType.SpecialType: SpecialType.System_Byte };

    private static string? Construction(INamedTypeSymbol type)
    {
        if (type.InstanceConstructors.Any(JsonSymbols.IsJsonConstructor))
            return null;
        var constructors = type.InstanceConstructors.Where(constructor => constructor.DeclaredAccessibility == Accessibility.Public).ToList();
        if (constructors.Any(constructor => constructor.Parameters.IsEmpty))
            return null;
        if (constructors.Count != 1)
            return constructors.Count == 0
                ? "it has no public constructor"
                : "it has several public constructors; mark one with [JsonConstructor]";
        var members = new HashSet<string>(JsonParts.Members(type).Where(member => JsonSymbols.TypeOf(member) is not null).Select(member => member.Name), StringComparer.OrdinalIgnoreCase);
        return constructors[0].Parameters.FirstOrDefault(parameter => !members.Contains(parameter.Name)) is { } stray
            ? $"parameter '{stray.Name}' of its constructor is no property of it"
            : null;
    }
}
