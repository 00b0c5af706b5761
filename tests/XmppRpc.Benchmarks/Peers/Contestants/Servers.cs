namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>The names of the servers that stand between caller and callee. All contestants that need one share it.</summary>
internal static class Servers
{
    public const string Local = "local", Prosody = "prosody", Ejabberd = "ejabberd", RabbitMq = "rabbitmq";
}
