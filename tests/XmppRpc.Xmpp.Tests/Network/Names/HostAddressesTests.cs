using System.Net;
using XmppRpc.Xmpp.Network.Names;

namespace XmppRpc.Xmpp.Tests.Network.Names;

public sealed class HostAddressesTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::1 ::2 ::3 192.0.2.1", "::1 192.0.2.1 ::2 ::3")]
    [InlineData("192.0.2.1 192.0.2.2 ::1 ::2 ::3", "192.0.2.1 ::1 192.0.2.2 ::2 ::3")]
    [InlineData("::1 ::1 192.0.2.1 192.0.2.1", "::1 192.0.2.1")]
    public void Families_take_turns_and_the_first_one_begins(string addresses, string expected) =>
        Assert.Equal(expected, string.Join(' ', HostAddresses.Interleave([.. addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(IPAddress.Parse)])));
}
