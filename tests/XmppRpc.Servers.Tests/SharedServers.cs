using XmppRpc.TestKit.Servers;

[assembly: AssemblyFixture(typeof(XmppServerFixture))]
