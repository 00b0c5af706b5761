using XmppRpc.Servers.Tests.Calls;
using XmppRpc.Xmpp;

namespace XmppRpc.Servers.Tests.Hostile;

/// <summary>Whatever a stranger writes, and whatever the XMPP server makes of it: the endpoint's XML stream lives on, and so do the calls of others.</summary>
public abstract class RelayScenarios(Victim victim) : StrangerScenarios
{
    public static TheoryData<string> Names => new(HostileStanzas.All.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Stanza_of_a_stranger_ends_no_stream_but_its_own(string name)
    {
        await victim.StartAsync(ConnectionAsync);
        await SendAsync(name);
        await victim.AssertWorksAsync();
    }

    [Theory]
    [InlineData("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"", 63)]
    [InlineData("'", 1000)]
    [InlineData("<&>", 300)]
    [InlineData("/@/", 300)]
    [InlineData("\U0001F600", 250)]
    [InlineData("a\u0301\u05D0", 200)]
    public async Task Resource_of_odd_characters_is_answered_or_ignored(string part, int times)
    {
        await victim.StartAsync(ConnectionAsync);
        var resource = string.Concat(Enumerable.Repeat(part, times));
        try
        {
            await using var stranger = await RawPeer.ConnectAsync(await ConnectionAsync("carol", "x") with { Jid = Jid.Parse($"carol@localhost/{resource}") });
            await stranger.SendFramesAsync(victim.Callee, Call("abcdef0123456789abcd", 1, """{"text":"x"}"""));
            await stranger.SendFramesAsync(victim.Callee, """{"who":"tests.shop:1"}""");
            await stranger.UntilAnsweredAsync(victim.Callee);
        }
        catch (Exception e) when (e is XmppException or ArgumentException)
        {
            // The XMPP server, or our own address check, does not take such a resource.
        }
        await victim.AssertWorksAsync();
    }

    /// <summary>Sends a stanza and requires that it reaches the endpoint, and is skipped there, while calls of others go on.</summary>
    private protected async Task AssertSkippedAsync(string name)
    {
        await victim.StartAsync(ConnectionAsync);
        var before = victim.Skipped;
        var sending = SendAsync(name);
        do
            await victim.AssertWorksAsync();
        while (!sending.IsCompleted);
        Assert.True(await sending, "The XMPP server ended the sender's stream.");
        Assert.Equal(before + 1, victim.Skipped);
        await victim.AssertWorksAsync();
    }

    /// <summary>Sends a stanza, and returns when the endpoint has it, true, or when the XMPP server has cut off the sender, false.</summary>
    private async Task<bool> SendAsync(string name)
    {
        BareStream? bare = null;
        var stranger = await RawPeer.ConnectAsync(BareStream.Under(await ConnectionAsync("carol", Resource()), opened => bare = opened));
        try
        {
            var stanza = HostileStanzas.Bytes(name, victim.Callee.ToString());
            await bare!.InjectAsync(stanza);
            // An XMPP server on libexpat holds a long tag back until as much again has come.
            await bare.InjectAsync(Enumerable.Repeat((byte)' ', stanza.Length + 1024).ToArray());
            await stranger.UntilAnsweredAsync(victim.Callee);
            return true;
        }
        catch (Exception e) when (e is XmppException or IOException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            await stranger.DisposeAsync();
        }
    }
}
