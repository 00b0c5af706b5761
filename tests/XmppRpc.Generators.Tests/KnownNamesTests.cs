using System.Reflection;

namespace XmppRpc.Generators.Tests;

public sealed class KnownNamesTests
{
    public static TheoryData<string> Types => [.. typeof(KnownNames).GetNestedTypes(BindingFlags.NonPublic).Select(type => type.Name)];

    [Theory, MemberData(nameof(Types))]
    public void Name_known_to_the_generator_is_in_the_runtime(string name)
    {
        var constants = typeof(KnownNames).GetNestedType(name, BindingFlags.NonPublic)!.GetFields(BindingFlags.NonPublic | BindingFlags.Static)
            .ToDictionary(field => field.Name, field => (string)field.GetRawConstantValue()!, StringComparer.Ordinal);
        var type = typeof(RpcContractAttribute).Assembly.GetType(constants["Type"]) ?? typeof(Xmpp.Jid).Assembly.GetType(constants["Type"]);

        Assert.True(type is { IsPublic: true }, $"{constants["Type"]} is no public type of the runtime.");
        Assert.All(constants.Where(constant => constant.Key != "Type"), constant => Assert.NotEmpty(type.GetMember(constant.Value)));
    }

    [Fact]
    public void Shapes_have_the_names_of_the_runtime() => Assert.Equal(Enum.GetNames<Contracts.RpcMethodKind>(), Enum.GetNames<Model.MethodKind>());
}
