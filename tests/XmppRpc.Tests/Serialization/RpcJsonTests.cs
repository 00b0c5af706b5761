using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using XmppRpc.Contracts;
using XmppRpc.Serialization;

namespace XmppRpc.Tests.Serialization;

public enum Colour { Red, DarkBlue }

public sealed record Order(string Sku, int Quantity, string? Note = null)
{
    public Colour? Colour { get; init; }
}

public sealed class Strict
{
    public required string Name { get; init; }
}

[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Strict))]
internal sealed partial class TestJson : JsonSerializerContext;

public class RpcJsonTests
{
    private static RpcJson WithContext => new(TestJson.Default);

    [Fact]
    public void Encoder_leaves_nothing_to_escape_over_the_whole_BMP()
    {
        for (var c = 0; c <= 0xFFFF; c++)
        {
            var encoded = RpcJson.Encoder.Encode(((char)c).ToString());
            Assert.True(encoded.IndexOfAny(['<', '>', '&', '\'', '`', '"']) < 0, $"U+{c:X4}");
            Assert.DoesNotContain(encoded, e => char.IsControl(e) || char.IsSurrogate(e) || e is '\u2028' or '\u2029' or '\uFFFE' or '\uFFFF');
        }
        Assert.All(RpcJson.Encoder.Encode("\U0001F600"), e => Assert.True(char.IsAscii(e)));
    }

    [Theory]
    [InlineData("""{"Sku":"a","Quantity":1,"Sku":"b"}""")]
    [InlineData("""{"Sku":null,"Quantity":1}""")]
    [InlineData("""{"Sku":"a"}""")]
    [InlineData("""{"Sku":"a","Quantity":"1"}""")]
    [InlineData("""{"Sku":"a","Quantity":1.5}""")]
    [InlineData("""{"Sku":"a","Quantity":99999999999}""")]
    [InlineData("""{"Sku":"a","Quantity":1,}""")]
    public void Reading_is_strict(string json)
    {
        foreach (var rpc in new[] { WithContext, new RpcJson(null) })
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, rpc.TypeInfo<Order>()));
    }

    [Fact]
    public void Missing_required_member_is_refused() => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("{}", WithContext.TypeInfo<Strict>()));

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(new string('[', 40) + new string(']', 40), new RpcJson(null).TypeInfo<JsonElement>()));

    [Fact]
    public void Unknown_members_are_ignored() =>
        Assert.Equal(new Order("a", 1), JsonSerializer.Deserialize("""{"Sku":"a","New":[1],"Quantity":1}""", WithContext.TypeInfo<Order>()));

    [Fact]
    public void Enums_are_written_by_name_with_and_without_a_context()
    {
        foreach (var json in new[] { WithContext.WithEnum<Colour>(), new RpcJson(null).WithEnum<Colour>() })
        {
            Assert.Equal("\"DarkBlue\"", JsonSerializer.Serialize(Colour.DarkBlue, json.TypeInfo<Colour>()));
            Assert.Equal(Colour.DarkBlue, JsonSerializer.Deserialize("\"DarkBlue\"", json.TypeInfo<Colour>()));
            Assert.Null(JsonSerializer.Deserialize("null", json.TypeInfo<Colour?>()));
            Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("\"Green\"", json.TypeInfo<Colour>()));
            var order = new Order("a", 1) { Colour = Colour.Red };
            var text = JsonSerializer.Serialize(order, json.TypeInfo<Order>());
            Assert.Contains("\"Colour\":\"Red\"", text, StringComparison.Ordinal);
            Assert.Equal(order, JsonSerializer.Deserialize(text, json.TypeInfo<Order>()));
        }
    }

    [Fact]
    public void Built_in_types_and_their_nullable_forms_need_no_context()
    {
        RoundTrip("text \"quoted\"");
        RoundTrip(new Uri("https://example.org/"));
        RoundTrip(new Version(1, 2, 3));
        Value(true);
        Value((byte)200);
        Value((sbyte)-100);
        Value((short)-30000);
        Value((ushort)60000);
        Value(int.MinValue);
        Value(uint.MaxValue);
        Value(long.MinValue);
        Value(ulong.MaxValue);
        Value(Int128.MinValue);
        Value(UInt128.MaxValue);
        Value(1.5f);
        Value(0.1);
        Value(79228162514264337593543950335m);
        Value('x');
        Value(Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"));
        Value(new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        Value(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.FromHours(2)));
        Value(new DateOnly(2030, 1, 2));
        Value(new TimeOnly(3, 4, 5));
        Value(TimeSpan.FromMinutes(90));
        Assert.Equal([1, 2, 255], JsonSerializer.Deserialize(JsonSerializer.Serialize([1, 2, 255], WithContext.TypeInfo<byte[]>()), WithContext.TypeInfo<byte[]>())!);
        Assert.Equal(7, JsonSerializer.Deserialize("7", WithContext.TypeInfo<JsonElement>()).GetInt32());
    }

    [Fact]
    public void Type_that_the_context_lacks_is_not_found_by_reflection()
    {
        Assert.False(WithContext.Knows(typeof(List<Order>)));
        Assert.True(WithContext.Knows(typeof(Order)));
        Assert.Throws<NotSupportedException>(() => WithContext.TypeInfo<List<Order>>());
        Assert.True(new RpcJson(null).Knows(typeof(List<Order>)));
    }

    [Fact]
    public void Validate_lists_every_missing_type_as_the_line_to_add()
    {
        var contract = new RpcContractInfo("acme.orders", 1, WithContext, [], [typeof(Order), typeof(string), typeof(List<Order>), typeof(Dictionary<string, Order[]>), typeof(Nested)]);
        var error = Assert.Throws<RpcContractException>(contract.Validate);
        Assert.Contains("acme.orders", error.Message, StringComparison.Ordinal);
        Assert.Contains("TestJson", error.Message, StringComparison.Ordinal);
        Assert.Contains("[JsonSerializable(typeof(System.Collections.Generic.List<XmppRpc.Tests.Serialization.Order>))]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[JsonSerializable(typeof(System.Collections.Generic.Dictionary<System.String, XmppRpc.Tests.Serialization.Order[]>))]", error.Message, StringComparison.Ordinal);
        Assert.Contains("[JsonSerializable(typeof(XmppRpc.Tests.Serialization.RpcJsonTests.Nested))]", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("typeof(XmppRpc.Tests.Serialization.Order))", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_takes_a_contract_whose_types_are_all_known() => new RpcContractInfo("c", 1, WithContext, [], [typeof(Order), typeof(int?)]).Validate();

    internal sealed record Nested(int X);

    private static void Value<T>(T value) where T : struct
    {
        RoundTrip(value);
        RoundTrip<T?>(value);
        Assert.Null(JsonSerializer.Deserialize("null", WithContext.TypeInfo<T?>()));
    }

    private static void RoundTrip<T>(T value)
    {
        var json = JsonSerializer.Serialize(value, WithContext.TypeInfo<T>());
        Assert.Equal(value, JsonSerializer.Deserialize(Encoding.UTF8.GetBytes(json), WithContext.TypeInfo<T>()));
    }
}
