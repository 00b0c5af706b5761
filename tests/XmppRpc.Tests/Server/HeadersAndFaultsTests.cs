using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using XmppRpc.Contracts;
using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

/// <summary>What travels beside arguments and results, and how implementations say no.</summary>
public sealed class HeadersAndFaultsTests
{
    private static readonly RpcContractInfo Faulty = ContractOf(new RpcMethodInfo("acme.orders", 1, "place", RpcMethodKind.Unary)
    {
        Faults = [new RpcFaultInfo<OutOfStock>("out-of-stock", Json), new RpcFaultInfo<Broken>("broken", Json)],
    });

    [Fact]
    public async Task Headers_of_the_call_reach_context_and_arguments()
    {
        await using var callee = new CalleeSide();
        callee.On = (arguments, responder, _) =>
        {
            Assert.Equal("7", RpcContext.Current!.Headers["tenant"]);
            Assert.Null(arguments.HeaderOrNull("nothing"));
            return responder.ReplyAsync(Task.FromResult(arguments.Header("tenant")), Json.TypeInfo<string>());
        };
        Assert.Equal("\"7\"", Text((await callee.RepliedAsync(Call(1, ("tenant", "7")))).Result));
        callee.On = (arguments, responder, _) => responder.ReplyAsync(Task.FromResult(arguments.Header("tenant")), Json.TypeInfo<string>());
        var fault = await callee.RefusedAsync(NewCall(2));
        Assert.Equal((RpcStatus.InvalidArgument, "Header 'tenant' is missing."), (fault.Status, fault.Message));
    }

    [Fact]
    public async Task Response_headers_travel_with_the_reply()
    {
        await using var callee = new CalleeSide();
        callee.On = (_, responder, _) =>
        {
            RpcContext.Current!.ResponseHeaders["etag"] = "Grüße \"`<&\n";
            return responder.ReplyAsync(Task.CompletedTask);
        };
        Assert.Equal("Grüße \"`<&\n", (await callee.RepliedAsync(NewCall(1))).Headers["etag"]);
    }

    [Theory]
    [InlineData("no spaces please", "x")]
    [InlineData("null", null)]
    public async Task Response_header_that_cannot_travel_fails_the_call_and_is_logged(string name, string? value)
    {
        await using var callee = new CalleeSide();
        callee.On = (_, responder, _) =>
        {
            RpcContext.Current!.ResponseHeaders[name] = value!;
            return responder.ReplyAsync(Task.CompletedTask);
        };
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Internal, true), (fault.Status, fault.Ran));
        Assert.Contains(callee.Log.Lines, line => line.Level == LogLevel.Error && line.Text.Contains("headers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Progress_of_the_methods_own_type_is_sent_at_most_four_times_a_second_and_the_latest_wins()
    {
        await using var callee = new CalleeSide();
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        callee.On = async (arguments, responder, _) =>
        {
            var progress = arguments.Progress(Json.TypeInfo<int>());
            for (var i = 1; i <= 10; i++)
                progress.Report(i);
            RpcContext.Current!.Report(new RpcProgress(0.5));
            await go.Task;
            await responder.ReplyAsync(Task.CompletedTask);
        };
        callee.Receive(NewCall(1));
        Assert.Equal("1", Text((await callee.Sent.NextFrameAsync<ProgressFrame>()).Value));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
        callee.Time.Advance(TimeSpan.FromMilliseconds(300));
        var latest = await callee.Sent.NextFrameAsync<ProgressFrame>();
        Assert.Equal(("10", 0.5), (Text(latest.Value), latest.Progress!.Fraction));
        go.SetResult();
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        callee.Time.Advance(TimeSpan.FromSeconds(1));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
    }

    [Fact]
    public async Task Last_progress_leaves_ahead_of_the_answer()
    {
        await using var callee = new CalleeSide();
        callee.On = async (arguments, responder, _) =>
        {
            var progress = arguments.Progress(Json.TypeInfo<int>());
            for (var percent = 0; percent <= 100; percent += 10)
                progress.Report(percent);
            await responder.ReplyAsync(Task.CompletedTask);
        };
        callee.Receive(NewCall(1));
        Assert.Equal("0", Text((await callee.Sent.NextFrameAsync<ProgressFrame>()).Value));
        Assert.Equal("100", Text((await callee.Sent.NextFrameAsync<ProgressFrame>()).Value));
        await callee.Sent.NextFrameAsync<ReplyFrame>();
        callee.Time.Advance(TimeSpan.FromSeconds(1));
        await callee.Sent.AssertNothingAsync(callee.Batcher);
    }

    [Fact]
    public async Task Progress_above_the_size_of_a_stanza_is_the_implementations_mistake()
    {
        await using var callee = new CalleeSide();
        callee.On = (arguments, _, _) =>
        {
            arguments.Progress(Json.TypeInfo<string>()).Report(new string('x', 65_536));
            return ValueTask.CompletedTask;
        };
        Assert.Equal(RpcStatus.Internal, (await callee.RefusedAsync(NewCall(1))).Status);
    }

    [Fact]
    public async Task Declared_fault_travels_with_its_detail()
    {
        await using var callee = new CalleeSide(contract: Faulty);
        callee.On = (_, _, _) => throw new RpcFaultException<OutOfStock>("out-of-stock", new OutOfStock("A-7", 3), "Come back on Monday.") { RetryAfter = TimeSpan.FromSeconds(1.5) };
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Fault, "out-of-stock", "Come back on Monday.", true, 1500L), (fault.Status, fault.Code, fault.Message, fault.Ran, fault.RetryAfter));
        Assert.Equal("""{"Sku":"A-7","Left":3}""", Text(fault.Detail));
        Assert.DoesNotContain(callee.Log.Lines, line => line.Level > LogLevel.Debug);
    }

    [Theory]
    [InlineData("unknown-code", "does not declare")]
    [InlineData("broken", "another type")]
    public async Task Undeclared_fault_travels_without_detail_and_is_logged_as_a_mistake(string code, string reason)
    {
        await using var callee = new CalleeSide(contract: Faulty);
        callee.On = (_, _, _) => throw new RpcFaultException<OutOfStock>(code, new OutOfStock("secret-sku", 3));
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.Fault, code, true), (fault.Status, fault.Code, fault.Detail.IsEmpty));
        Assert.Contains(callee.Log.Lines, line => line.Level == LogLevel.Warning && line.Text.Contains(code, StringComparison.Ordinal) && line.Text.Contains(reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Detail_that_cannot_be_written_or_is_too_large_does_not_lose_the_fault()
    {
        await using var callee = new CalleeSide(contract: Faulty);
        callee.On = (_, _, _) => throw new RpcFaultException<Broken>("broken", new Broken());
        Assert.True((await callee.RefusedAsync(NewCall(1))).Detail.IsEmpty);
        callee.On = (_, _, _) => throw new RpcFaultException<OutOfStock>("out-of-stock", new OutOfStock(new string('x', 65_536), 0));
        var fault = await callee.RefusedAsync(NewCall(2));
        Assert.Equal(("out-of-stock", true), (fault.Code, fault.Detail.IsEmpty));
        Assert.Equal(2, callee.Log.Lines.Count(line => line.Level == LogLevel.Warning));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_of_types_paths_and_stacks_travels_unless_told_T27(bool details)
    {
        await using var callee = new CalleeSide(options => options with { ExceptionDetails = details });
        Implementation[] failing =
        [
            (_, _, _) => throw new PlantedException("planted-secret in /srv/planted/app.cs", new FileNotFoundException("planted-inner")),
            async (_, _, _) => { await Task.Yield(); throw new AggregateException(new PlantedException("planted-secret", null)); },
            (_, _, _) => throw new RpcException(RpcStatus.FailedPrecondition, "said on purpose", new PlantedException("planted-inner", null)),
            (_, responder, _) => responder.ReplyAsync((Task<PlantedException>)null!, Json.TypeInfo<PlantedException>()),
            (arguments, _, _) => { arguments.Read("a"u8, Json.TypeInfo<PlantedArgument>()); return default; },
            (_, responder, _) => { RpcContext.Current!.ResponseHeaders["planted secret"] = "x"; return responder.ReplyAsync(Task.CompletedTask); },
        ];
        var texts = new List<string>();
        for (var i = 0; i < failing.Length; i++)
        {
            callee.On = failing[i];
            callee.Receive(NewCall(i + 1, arguments: """{"a":{"Number":"x"}}"""));
            texts.Add((await callee.Sent.NextAsync()).Text);
        }
        var all = string.Join('\n', texts);
        Assert.Equal(details, all.Contains("planted", StringComparison.OrdinalIgnoreCase));
        Assert.Contains("said on purpose", all, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", all, StringComparison.Ordinal);
        Assert.DoesNotContain("planted-inner", all, StringComparison.Ordinal);
    }

    private static CallFrame Call(long number, params (string Name, string Value)[] headers) =>
        new(new CallId(Link, number), "acme.orders/place", 1, default) { Headers = RpcHeaders.Of([.. headers.Select(header => KeyValuePair.Create(header.Name, header.Value))]) };

    private sealed record OutOfStock(string Sku, int Left);

    private sealed record PlantedArgument(int Number);

    private sealed class Broken
    {
        [JsonInclude]
        public int Value => throw new InvalidOperationException("cannot be written");
    }

    private sealed class PlantedException(string message, Exception? inner) : Exception(message, inner);
}
