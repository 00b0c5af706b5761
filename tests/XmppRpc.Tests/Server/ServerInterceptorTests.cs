using XmppRpc.Frames;
using XmppRpc.Tests.Fakes;
using static XmppRpc.Tests.Fakes.CalleeSide;
using static XmppRpc.Tests.Fakes.TextFrames;

namespace XmppRpc.Tests.Server;

public sealed class ServerInterceptorTests
{
    [Fact]
    public async Task First_is_the_outermost_and_sees_the_answer_go()
    {
        var order = new List<string>();
        await using var callee = Callee(
            new Around(async (context, next) =>
            {
                order.Add("outer in");
                context.Items["who"] = context.User.Identity!.Name;
                await next(context);
                order.Add("outer out");
            }),
            new Around(async (context, next) =>
            {
                order.Add("inner in");
                context.ResponseHeaders["seen-by"] = "inner";
                await next(context);
                order.Add("inner out");
            }));
        callee.On = async (_, responder, _) =>
        {
            order.Add($"call of {RpcContext.Current!.Items["who"]}");
            await responder.ReplyAsync(Task.CompletedTask);
        };
        Assert.Equal("inner", (await callee.RepliedAsync(NewCall(1))).Headers["seen-by"]);
        await callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["outer in", "inner in", "call of shop@example.org", "inner out", "outer out"], order);
    }

    [Fact]
    public async Task What_it_throws_is_the_fault_of_the_call()
    {
        await using var callee = Callee(new Around((_, _) => throw new RpcException(RpcStatus.FailedPrecondition, "closed on Sundays") { Outcome = RpcOutcome.NotExecuted, RetryAfter = TimeSpan.FromHours(1) }));
        callee.On = (_, _, _) => throw new InvalidOperationException("must not run");
        var fault = await callee.RefusedAsync(NewCall(1));
        Assert.Equal((RpcStatus.FailedPrecondition, "closed on Sundays", false, 3_600_000L), (fault.Status, fault.Message, fault.Ran, fault.RetryAfter));
    }

    [Fact]
    public async Task It_turns_one_exception_into_another()
    {
        await using var callee = Callee(new Around(async (context, next) =>
        {
            try
            {
                await next(context);
            }
            catch (KeyNotFoundException)
            {
                throw new RpcException(RpcStatus.NotFound, "no such order");
            }
        }));
        callee.On = (_, _, _) => throw new KeyNotFoundException();
        Assert.Equal(RpcStatus.NotFound, (await callee.RefusedAsync(NewCall(1))).Status);
    }

    [Fact]
    public async Task Neither_calling_on_nor_throwing_is_a_failure_and_not_silence()
    {
        await using var callee = Callee(new Around((_, _) => ValueTask.CompletedTask));
        Assert.Equal(RpcStatus.Internal, (await callee.RefusedAsync(NewCall(1))).Status);
    }

    [Fact]
    public async Task Received_call_runs_once_whatever_interceptors_do()
    {
        var runs = 0;
        Exception? second = null;
        await using var callee = Callee(new Around(async (context, next) =>
        {
            await next(context);
            second = await Record.ExceptionAsync(() => next(context).AsTask());
        }));
        callee.On = (_, responder, _) =>
        {
            runs++;
            return responder.ReplyAsync(Task.CompletedTask);
        };
        await callee.RepliedAsync(NewCall(1));
        await callee.Calls.DrainAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(1, runs);
        Assert.IsType<InvalidOperationException>(second);
    }

    [Fact]
    public async Task Stream_ends_inside_of_it()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var callee = Callee(new Around(async (context, next) =>
        {
            await next(context);
            ended.SetResult();
        }));
        callee.On = (_, responder, _) => responder.StreamAsync(AsyncEnumerable.Range(1, 2), Json.TypeInfo<int>());
        callee.Receive(NewStream(1));
        await callee.Sent.NextFrameAsync<AckFrame>();
        Assert.Equal("[1,2]", Text((await callee.Sent.NextFrameAsync<ItemFrame>()).Items));
        await callee.Sent.NextFrameAsync<EndFrame>();
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static CalleeSide Callee(params RpcServerInterceptor[] interceptors) => new(options => options with { ServerInterceptors = interceptors });

    private sealed class Around(Func<RpcContext, Func<RpcContext, ValueTask>, ValueTask> around) : RpcServerInterceptor
    {
        public override ValueTask InvokeAsync(RpcContext context, Func<RpcContext, ValueTask> next) => around(context, next);
    }
}
