namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>One way to call a service in another process. The same object stands for it in the harness, in the caller's process and in the callee's.</summary>
internal abstract class Contestant(string name)
{
    /// <summary>A name to select by, unique.</summary>
    public string Name => name;

    /// <summary>The server that stands between caller and callee, see <see cref="Servers"/>; null for none.</summary>
    public virtual string? Server => null;

    /// <summary>What that server has to be asked for: accounts.</summary>
    public string CalleeAccount => $"{name}-callee";

    /// <inheritdoc cref="CalleeAccount"/>
    public string CallerAccount => $"{name}-caller";

    /// <summary>Serves the echo. The address is the one the server gave for <see cref="CalleeAccount"/>; empty without a server.</summary>
    public abstract Task<EchoCallee> ServeAsync(string address, Echo echo);

    /// <summary>Connects a caller: by its own address at the server, and the address of the callee.</summary>
    public abstract Task<EchoCaller> ConnectAsync(string address, string callee);
}
