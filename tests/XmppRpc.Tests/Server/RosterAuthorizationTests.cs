using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Server;
using XmppRpc.Tests.Fakes;
using XmppRpc.Xmpp;
using XmppRpc.Xmpp.Services;
using XmppRpc.Xmpp.Stanzas;
using XmppRpc.Xmpp.Xml;
using static XmppRpc.Tests.Fakes.CalleeSide;

namespace XmppRpc.Tests.Server;

public sealed class RosterAuthorizationTests
{
    private static readonly Jid Friend = Jid.Parse("friend@partner.net/phone");

    [Fact]
    public async Task Until_the_roster_is_there_calls_are_unavailable_and_not_let_in()
    {
        await using var callee = Callee("admins");
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Unavailable, false, 1000L), (fault.Status, fault.Ran, fault.RetryAfter));
        Assert.Empty(callee.Contracts.VisibleTo(Caller));
        Assert.False(callee.Contracts.IsVisibleTo(Caller));
    }

    [Fact]
    public async Task Until_the_roster_is_there_strangers_are_told_the_same_of_what_exists_and_of_what_does_not()
    {
        await using var callee = Callee("admins");
        foreach (var method in new[] { "place", "nothing" })
        {
            var fault = await callee.RefusedAsync(NewCall(1, method), Friend);
            Assert.Equal((RpcStatus.Unavailable, false, "Who may call is not known here yet."), (fault.Status, fault.Ran, fault.Message));
        }
    }

    [Fact]
    public async Task Who_waits_for_the_roster_goes_on_when_it_is_there_or_not_needed()
    {
        await using var free = new CalleeSide();
        Assert.True(free.Roster.LoadedAsync().IsCompleted);
        await using var callee = Callee("admins", out var answer);
        var loaded = callee.Roster.LoadedAsync();
        Assert.False(loaded.IsCompleted);
        answer.SetResult([]);
        await loaded.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(callee.Roster.LoadedAsync().IsCompleted);
        callee.FetchRoster = _ => new TaskCompletionSource<IReadOnlyList<RosterItem>>().Task;
        callee.Roster.StartOver();
        loaded = callee.Roster.LoadedAsync();
        Assert.False(loaded.IsCompleted);
        callee.Roster.Dispose();
        await loaded.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Only_callers_in_one_of_the_groups_are_let_in_whatever_their_domain()
    {
        await using var callee = Callee("admins, Chiefs");
        await LoadAsync(callee, Contact("shop@example.org", "admins"), Contact("friend@partner.net", "staff", "Chiefs"), Contact("ann@example.org", "Admins", "staff"));
        await callee.RepliedAsync(NewCall(1));
        callee.Receive(NewCall(1), Friend);
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        foreach (var other in new[] { "ann@example.org/x", "nobody@example.org/x", "example.org" })
            Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Jid.Parse(other))).Status);
        Assert.Equal(["acme.orders:1"], callee.Contracts.VisibleTo(Friend));
        Assert.Empty(callee.Contracts.VisibleTo(Jid.Parse("ann@example.org/x")));
    }

    [Fact]
    public async Task Domains_and_groups_must_both_hold()
    {
        await using var callee = new CalleeSide(contract: ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { Authorize = new() { Domains = ".", RosterGroups = "admins" } }));
        // The domain alone decides against this one, so there is nothing to wait for.
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Friend)).Status);
        await LoadAsync(callee, Contact("friend@partner.net", "admins"), Contact("shop@example.org", "admins"));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Friend)).Status);
        await callee.RepliedAsync(NewCall(1));
    }

    [Fact]
    public async Task Changes_that_the_own_account_tells_count_and_others_do_not()
    {
        await using var callee = Callee("admins");
        await LoadAsync(callee, Contact("shop@example.org", "admins"));
        Assert.False(callee.Roster.Take(Push("ann@example.org", "mallory@evil.net", "admins")));
        Assert.False(callee.Roster.Take(Push("ann@example.org", "example.org", "admins")));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Jid.Parse("ann@example.org/x"))).Status);
        Assert.True(callee.Roster.Take(Push("ann@example.org", null, "admins")));
        callee.Receive(NewCall(1), Jid.Parse("ann@example.org/x"));
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        Assert.True(callee.Roster.Take(Push("ann@example.org", Self.Bare.ToString())));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(2), Jid.Parse("ann@example.org/x"))).Status);
        callee.Roster.Take(Push("shop@example.org", null, "-", "admins"));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(2))).Status);
    }

    [Fact]
    public async Task Call_that_was_let_in_gets_its_reply_again_after_its_caller_left_the_group()
    {
        await using var callee = Callee("admins");
        await LoadAsync(callee, Contact("shop@example.org", "admins"));
        var running = await callee.RunAsync(NewCall(1));
        callee.Roster.Take(Push("shop@example.org", null, "-"));
        // Not "refused, has not run": it is running.
        callee.Receive(NewCall(1));
        await callee.Sent.NextFrameAsync<AckFrame>();
        running.SetResult("done");
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        await callee.RepliedAsync(NewCall(1));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(2))).Status);
    }

    [Fact]
    public async Task Change_that_is_read_before_the_answer_it_came_behind_is_not_lost()
    {
        await using var callee = Callee("admins", out var answer);
        Assert.True(callee.Roster.Take(Push("shop@example.org", null, "admins")));
        answer.SetResult([Contact("shop@example.org")]);
        await LoadedAsync(callee);
        await callee.RepliedAsync(NewCall(1));
    }

    [Fact]
    public async Task Failed_question_is_asked_again_and_a_new_session_asks_anew()
    {
        var asked = 0;
        var fails = true;
        await using var callee = new CalleeSide(contract: Grouped("none"));
        using var roster = new RosterGroups(Self, _ =>
        {
            asked++;
            return fails ? Task.FromException<IReadOnlyList<RosterItem>>(new TimeoutException()) : Task.FromResult<IReadOnlyList<RosterItem>>([Contact("shop@example.org", "admins")]);
        }, callee.Time, 10, callee.Log);
        roster.StartOver();
        Assert.Equal(0, asked);
        roster.Need();
        await callee.Time.TimerAsync(TimeSpan.FromSeconds(5)).WaitAsync(TimeSpan.FromSeconds(30));
        roster.Need();
        Assert.Equal(1, asked);
        Assert.Null(roster.Of(Caller));
        callee.Time.Advance(TimeSpan.FromSeconds(5));
        await callee.Time.TimerAsync(TimeSpan.FromSeconds(10)).WaitAsync(TimeSpan.FromSeconds(30));
        fails = false;
        callee.Time.Advance(TimeSpan.FromSeconds(10));
        await UntilAsync(() => roster.Of(Caller) is not null);
        Assert.Equal(["admins"], roster.Of(Caller)!);
        Assert.Equal(3, asked);
        fails = true;
        roster.StartOver();
        // Somebody may have been taken out of a group meanwhile.
        Assert.Null(roster.Of(Caller));
    }

    [Fact]
    public async Task Contacts_above_the_limit_count_as_in_no_group()
    {
        await using var callee = Callee("admins", out var answer, options => options with { MaxRosterContacts = 1 });
        answer.SetResult([Contact("shop@example.org", "admins"), Contact("ann@example.org", "admins")]);
        await LoadedAsync(callee);
        callee.Roster.Take(Push("friend@partner.net", null, "admins"));
        await callee.RepliedAsync(NewCall(1));
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Jid.Parse("ann@example.org/x"))).Status);
        Assert.Equal(RpcStatus.PermissionDenied, (await callee.RefusedAsync(NewCall(1), Friend)).Status);
        Assert.Contains(callee.Log.Lines, line => line.Text.Contains("MaxRosterContacts", StringComparison.Ordinal));
    }

    [Fact]
    public async Task User_has_the_address_as_claims_and_the_groups_as_roles()
    {
        await using var callee = Callee("admins");
        await LoadAsync(callee, Contact("shop@example.org", "admins", "staff"));
        System.Security.Claims.ClaimsPrincipal? user = null;
        callee.On = (_, responder, _) =>
        {
            user = RpcContext.Current!.User;
            Assert.Same(user, RpcContext.Current.User);
            return responder.ReplyAsync(Task.CompletedTask);
        };
        await callee.RepliedAsync(NewCall(1));
        Assert.Equal(("shop@example.org", true), (user!.Identity!.Name, user.Identity.IsAuthenticated));
        Assert.Equal(["shop@example.org/1", "shop@example.org", "example.org", "1"], new[] { "jid", "bare", "domain", "resource" }.Select(type => user.FindFirst(type)!.Value));
        Assert.True(user.IsInRole("admins") && user.IsInRole("staff"));
        Assert.False(user.IsInRole("Admins"));
    }

    private static RpcContractInfo Grouped(string groups) => ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary) { Authorize = new() { RosterGroups = groups } });

    private static CalleeSide Callee(string groups) => Callee(groups, out _);

    private static CalleeSide Callee(string groups, out TaskCompletionSource<IReadOnlyList<RosterItem>> answer, Func<RpcEndpointOptions, RpcEndpointOptions>? change = null)
    {
        var callee = new CalleeSide(change, Grouped(groups));
        var roster = answer = new TaskCompletionSource<IReadOnlyList<RosterItem>>(TaskCreationOptions.RunContinuationsAsynchronously);
        callee.FetchRoster = _ => roster.Task;
        callee.Roster.StartOver();
        return callee;
    }

    private static async Task LoadAsync(CalleeSide callee, params RosterItem[] contacts)
    {
        callee.FetchRoster = _ => Task.FromResult<IReadOnlyList<RosterItem>>(contacts);
        callee.Roster.StartOver();
        await LoadedAsync(callee);
    }

    private static Task LoadedAsync(CalleeSide callee) => UntilAsync(() => callee.Roster.Of(Caller) is not null);

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var guard = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            guard.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static RosterItem Contact(string jid, params string[] groups) => new() { Jid = Jid.Parse(jid), Groups = groups };

    /// <summary>A change; "-" as the first group removes the contact.</summary>
    private static Iq Push(string jid, string? from, params string[] groups)
    {
        var item = new XmppElement("item", XmppNames.Roster).Set("jid", jid).Set("subscription", groups is ["-", ..] ? "remove" : "both");
        foreach (var group in groups)
            item.Add(new XmppElement("group", XmppNames.Roster).WithText(group));
        var push = new Iq("set", new XmppElement("query", XmppNames.Roster).Add(item)) { Id = "p" };
        push.Element.Set("from", from);
        return push;
    }
}
