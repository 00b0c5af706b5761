using System.Text;
using System.Text.Json;
using XmppRpc.Serialization;

namespace XmppRpc.Tests.Serialization;

public class ArgumentTests
{
    private static readonly RpcJson Json = new(TestJson.Default);

    [Fact]
    public void Written_arguments_are_read_by_name()
    {
        var pool = new PayloadPool();
        for (var round = 0; round < 3; round++)
        {
            var writer = new RpcArgumentWriter(pool);
            writer.Write("text"u8, "a \"b\" `c` <d>\n");
            writer.Write("nothing"u8, (string?)null);
            writer.Write("flag"u8, true);
            writer.Write("int"u8, int.MinValue);
            writer.Write("long"u8, long.MaxValue);
            writer.Write("order"u8, new Order("A-7", 3), Json.TypeInfo<Order>());
            var reader = new RpcArgumentReader(writer.Finish());
            Assert.Equal("a \"b\" `c` <d>\n", reader.String("text"u8));
            Assert.Null(reader.ReadNullable("nothing"u8, Json.TypeInfo<string>()));
            Assert.True(reader.Boolean("flag"u8));
            Assert.Equal(int.MinValue, reader.Int32("int"u8));
            Assert.Equal(long.MaxValue, reader.Int64("long"u8));
            Assert.Equal(new Order("A-7", 3), reader.Read("order"u8, Json.TypeInfo<Order>()));
        }
    }

    [Fact]
    public void Missing_arguments_take_their_defaults()
    {
        foreach (var reader in new[] { Reader(""), Reader("{}"), Reader("""{"other":1}""") })
        {
            Assert.Equal("d", reader.String("x"u8, "d"));
            Assert.True(reader.Boolean("x"u8, true));
            Assert.Equal(7, reader.Int32("x"u8, 7));
            Assert.Equal(8, reader.Int64("x"u8, 8));
            Assert.Equal(1.5, reader.Read("x"u8, Json.TypeInfo<double>(), 1.5));
            Assert.Null(reader.ReadNullable("x"u8, Json.TypeInfo<string>(), null));
        }
    }

    [Fact]
    public void Given_arguments_win_over_defaults() => Assert.Equal((1, "y"), (Reader("""{"x":1}""").Int32("x"u8, 7), Reader("""{"x":"y"}""").String("x"u8, "d")));

    [Theory]
    [InlineData("{}", "Argument 'qty' is missing.")]
    [InlineData("""{"Qty":1}""", "Argument 'qty' is missing.")]
    [InlineData("""{"qty":1,"qty":1}""", "Argument 'qty' is there twice.")]
    [InlineData("""{"qty":1,"\u0071ty":2}""", "Argument 'qty' is there twice.")]
    [InlineData("""{"qty":null}""", "Argument 'qty' cannot be read: it is not of the contract's type.")]
    [InlineData("""{"qty":"1"}""", "Argument 'qty' cannot be read: it is not of the contract's type.")]
    [InlineData("""{"qty":1.5}""", "Argument 'qty' cannot be read: it is not of the contract's type.")]
    [InlineData("""{"qty":99999999999}""", "Argument 'qty' cannot be read: it is not of the contract's type.")]
    [InlineData("""{"qty":[1]}""", "Argument 'qty' cannot be read: it is not of the contract's type.")]
    [InlineData("[1]", "The arguments are not one JSON object.")]
    [InlineData("7", "The arguments are not one JSON object.")]
    [InlineData("null", "The arguments are not one JSON object.")]
    [InlineData("""{"\ud800":1,"qty":1}""", "The arguments are not one JSON object.")]
    public void Bad_argument_is_named(string json, string message)
    {
        var error = Assert.Throws<RpcException>(() => Reader(json).Int32("qty"u8));
        Assert.Equal((RpcStatus.InvalidArgument, message, RpcOutcome.NotExecuted), (error.Status, error.Message, error.Outcome));
    }

    [Theory]
    [InlineData("""{"order":null}""", "Argument 'order' may not be null.")]
    [InlineData("""{"order":{"Sku":"a","Quantity":"x"}}""", "Argument 'order' cannot be read at $.Quantity: it is not of the contract's type.")]
    [InlineData("""{"order":{"Sku":null,"Quantity":1}}""", "Argument 'order' cannot be read at $.Sku: it is not of the contract's type.")]
    [InlineData("""{"order":{"Sku":"\ud800","Quantity":1}}""", "Argument 'order' cannot be read at $.Sku: it is not of the contract's type.")]
    [InlineData("""{"order":7}""", "Argument 'order' cannot be read: it is not of the contract's type.")]
    public void Bad_value_is_named_with_its_place(string json, string message)
    {
        var error = Assert.Throws<RpcException>(() => Reader(json).Read("order"u8, Json.TypeInfo<Order>()));
        Assert.Equal((RpcStatus.InvalidArgument, message), (error.Status, error.Message));
    }

    [Fact]
    public void Value_that_its_type_refuses_is_a_bad_argument()
    {
        var json = new RpcJson(null);
        Assert.Equal((RpcStatus.InvalidArgument, RpcOutcome.NotExecuted), Refusal<Percentage>("101"));
        Assert.Equal((RpcStatus.InvalidArgument, RpcOutcome.NotExecuted), Refusal<IComparable>("1"));

        (RpcStatus, RpcOutcome) Refusal<T>(string number)
        {
            var error = Assert.Throws<RpcException>(() => Reader("{\"x\":{\"Value\":" + number + "}}").Read("x"u8, json.TypeInfo<T>()));
            return (error.Status, error.Outcome);
        }
    }

    private sealed record Percentage
    {
        public Percentage(int value)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 100);
            Value = value;
        }

        public int Value { get; }
    }

    [Fact]
    public void Null_text_is_refused_where_it_may_not_be() =>
        Assert.Equal("Argument 'name' may not be null.", Assert.Throws<RpcException>(() => Reader("""{"name":null}""").String("name"u8)).Message);

    [Fact]
    public void Half_a_character_is_no_text() => Assert.Throws<RpcException>(() => Reader("""{"name":"\udc00"}""").String("name"u8));

    [Fact]
    public void Names_are_found_however_they_are_escaped()
    {
        Assert.Equal(1, Reader("""{"\u0071\u0074\u0079":1}""").Int32("qty"u8));
        Assert.Equal(2, Reader("""{"gr\u00f6sse":2}""").Int32("grösse"u8));
        Assert.Equal(3, Reader("""{ "a" : [ {} ] , "größe" : 3 }""").Int32("größe"u8));
    }

    [Fact]
    public void Too_deep_arguments_are_refused() =>
        Assert.Throws<RpcException>(() => Reader("{\"x\":" + new string('[', 35) + new string(']', 35) + "}"));

    private static RpcArgumentReader Reader(string json) => new(Encoding.UTF8.GetBytes(json));
}
