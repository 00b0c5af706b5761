using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace XmppRpc.Benchmarks.Peers.Contestants;

/// <summary>RabbitMQ with its direct reply-to: transient messages, automatic acknowledgement, one connection and one channel on each side.</summary>
internal sealed class RabbitMqContestant() : Contestant("rabbitmq")
{
    private const string Queue = "echo", ReplyQueue = "amq.rabbitmq.reply-to";
    private const string EchoType = "echo", LaterType = "later", HoldType = "hold", ItemsType = "items", EndType = "end";

    public override string Server => Servers.RabbitMq;

    public override async Task<EchoCallee> ServeAsync(string address, Echo echo)
    {
        var connection = await ConnectAsync(address);
        var channel = await connection.CreateChannelAsync();
        await channel.QueueDeclareAsync(Queue, durable: false, exclusive: true, autoDelete: true);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, call) => AnswerAsync(channel, echo, call);
        await channel.BasicConsumeAsync(Queue, autoAck: true, consumer);
        return new Callee(connection);
    }

    public override async Task<EchoCaller> ConnectAsync(string address, string callee)
    {
        var connection = await ConnectAsync(address);
        var channel = await connection.CreateChannelAsync();
        var caller = new Caller(connection, channel);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += caller.ReceiveAsync;
        await channel.BasicConsumeAsync(ReplyQueue, autoAck: true, consumer);
        return caller;
    }

    private static Task<IConnection> ConnectAsync(string address) => new ConnectionFactory { Uri = new Uri(address) }.CreateConnectionAsync();

    /// <summary>The dispatcher of the client runs one handler at a time: what does not answer at once goes on beside it. The body is valid until then only.</summary>
    private static Task AnswerAsync(IChannel channel, Echo echo, BasicDeliverEventArgs call)
    {
        var text = Encoding.UTF8.GetString(call.Body.Span);
        var (replyTo, id) = (call.BasicProperties.ReplyTo!, call.BasicProperties.CorrelationId!);
        switch (call.BasicProperties.Type)
        {
            case EchoType:
                return ReplyAsync(echo.EchoAsync(text));
            case LaterType:
                _ = ReplyAsync(echo.EchoLaterAsync(text));
                break;
            case HoldType:
                _ = ReplyAsync(echo.HoldAsync(text));
                break;
            default:
                _ = StreamAsync(int.Parse(text, CultureInfo.InvariantCulture));
                break;
        }
        return Task.CompletedTask;

        async Task ReplyAsync(Task<string> answer) => await SendAsync(EchoType, await answer);

        async Task StreamAsync(int count)
        {
            await foreach (var item in echo.ItemsAsync(count))
                await SendAsync(ItemsType, item);
            await SendAsync(EndType, "");
        }

        ValueTask SendAsync(string type, string answer) =>
            channel.BasicPublishAsync("", replyTo, mandatory: false, new BasicProperties { CorrelationId = id, Type = type }, Encoding.UTF8.GetBytes(answer));
    }

    private sealed class Callee(IConnection connection) : EchoCallee(Queue)
    {
        public override ValueTask DisposeAsync() => connection.DisposeAsync();
    }

    private sealed class Caller(IConnection connection, IChannel channel) : EchoCaller
    {
        private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _calls = new(StringComparer.Ordinal);
        private readonly ConcurrentDictionary<string, Channel<string>> _streams = new(StringComparer.Ordinal);
        private long _id;

        public Task ReceiveAsync(object sender, BasicDeliverEventArgs reply)
        {
            var id = reply.BasicProperties.CorrelationId!;
            if (reply.BasicProperties.Type == EchoType)
            {
                if (_calls.TryRemove(id, out var call))
                    call.SetResult(Encoding.UTF8.GetString(reply.Body.Span));
            }
            else if (_streams.TryGetValue(id, out var stream))
            {
                if (reply.BasicProperties.Type == EndType)
                    stream.Writer.Complete();
                else
                    stream.Writer.TryWrite(Encoding.UTF8.GetString(reply.Body.Span));
            }
            return Task.CompletedTask;
        }

        public override ValueTask DisposeAsync() => connection.DisposeAsync();

        protected override Task<string> EchoAsync(string text) => CallAsync(EchoType, text);

        protected override Task<string> EchoLaterAsync(string text) => CallAsync(LaterType, text);

        protected override Task<string> HoldAsync(string text) => CallAsync(HoldType, text);

        protected override async IAsyncEnumerable<string> ItemsAsync(int count)
        {
            var id = NewId();
            var stream = _streams[id] = Channel.CreateUnbounded<string>(new() { SingleReader = true, SingleWriter = true });
            await SendAsync(ItemsType, id, count.ToString(CultureInfo.InvariantCulture));
            await foreach (var item in stream.Reader.ReadAllAsync())
                yield return item;
            _streams.TryRemove(id, out _);
        }

        private async Task<string> CallAsync(string type, string text)
        {
            var id = NewId();
            var call = _calls[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await SendAsync(type, id, text);
            return await call.Task;
        }

        private ValueTask SendAsync(string type, string id, string text) =>
            channel.BasicPublishAsync("", Queue, mandatory: false, new BasicProperties { CorrelationId = id, Type = type, ReplyTo = ReplyQueue }, Encoding.UTF8.GetBytes(text));

        private string NewId() => Interlocked.Increment(ref _id).ToString(CultureInfo.InvariantCulture);
    }
}
