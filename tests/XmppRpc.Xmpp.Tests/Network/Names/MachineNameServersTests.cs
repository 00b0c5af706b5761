using XmppRpc.Xmpp.Network.Names;

namespace XmppRpc.Xmpp.Tests.Network.Names;

public sealed class MachineNameServersTests
{
    [Theory]
    [InlineData("nameserver 192.0.2.1", "192.0.2.1:53")]
    [InlineData("# nameserver 192.0.2.9\n; nameserver 192.0.2.9\nsearch example.org\n\tnameserver \t 2001:db8::1 # home\noptions timeout:1", "[2001:db8::1]:53")]
    [InlineData("nameserver fe80::1%7\nnameserver nonsense\nnameserver", "[fe80::1%7]:53")]
    [InlineData("nameserver 192.0.2.1\nnameserver 192.0.2.2\nnameserver 192.0.2.3\nnameserver 192.0.2.4", "192.0.2.1:53,192.0.2.2:53,192.0.2.3:53")]
    [InlineData("", "127.0.0.1:53")]
    public void Resolver_file_names_at_most_three_servers(string text, string servers) =>
        Assert.Equal(servers, string.Join(',', MachineNameServers.ParseResolverFile(text.Split('\n'))));

    [Fact]
    public void Reading_this_machines_servers_never_throws() => Assert.InRange(MachineNameServers.Read().Count, 0, 3);
}
