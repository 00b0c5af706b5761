using System.Reflection;
using XmppRpc.TestKit.Snapshots;

namespace XmppRpc.Tests.House;

public class PublicApiTests
{
    [Theory]
    [InlineData("XmppRpc")]
    [InlineData("XmppRpc.Xmpp")]
    [InlineData("XmppRpc.LocalServer")]
    public void A_package_offers_what_was_agreed(string package) =>
        Snapshot.Match(PublicApi.Describe(Assembly.Load(package).GetTypes()), "PublicApi." + package);

    [Fact]
    public void Every_kind_of_type_and_member_has_its_text() =>
        Snapshot.Match(PublicApi.Describe(typeof(PublicApiTests).Assembly.GetTypes().Where(type => type.Namespace == "XmppRpc.Tests.House.Samples")), "PublicApi.Samples");
}
