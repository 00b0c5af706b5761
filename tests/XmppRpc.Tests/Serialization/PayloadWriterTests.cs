using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using XmppRpc.Serialization;

namespace XmppRpc.Tests.Serialization;

public sealed record Odd
{
    [JsonPropertyName("a`b<c>&")]
    public int Value { get; init; }
}

[JsonSerializable(typeof(Odd))]
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Default)]
internal sealed partial class OddJson : JsonSerializerContext;

public class PayloadWriterTests
{
    [Fact]
    public void Raw_value_of_a_converter_is_written_again_as_one_clean_line()
    {
        var json = Write(writer => writer.WriteRawValue("{ \"a`b\" :\n [ 1.50, \"x<y>&`\", true, null, {} ],\r\n\t\"c\": -1e5 }", skipInputValidation: true));
        Assert.Equal("""{"a\u0060b":[1.50,"x\u003Cy\u003E\u0026\u0060",true,null,{}],"c":-1e5}""", json);
    }

    [Fact]
    public void Raw_line_break_cannot_forge_a_frame()
    {
        var json = Write(writer => writer.WriteRawValue("[1,\n2]", skipInputValidation: true));
        Assert.Equal("[1,2]", json);
    }

    [Fact]
    public void Raw_value_that_is_no_JSON_is_refused() =>
        Assert.ThrowsAny<JsonException>(() => Write(writer => writer.WriteRawValue("1}\n{\"cancel\":\"a.1\"", skipInputValidation: true)));

    [Fact]
    public void Property_names_encoded_by_a_relaxed_encoder_are_encoded_again()
    {
        var context = new OddJson(new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        var json = new RpcJson(context);
        var text = Write(writer => JsonSerializer.Serialize(writer, new Odd { Value = 1 }, json.TypeInfo<Odd>()));
        Assert.True(text.IndexOfAny(['`', '<', '>', '&']) < 0, text);
        Assert.Equal(new Odd { Value = 1 }, JsonSerializer.Deserialize(text, json.TypeInfo<Odd>()));
    }

    [Fact]
    public void Names_written_encoded_are_encoded_again()
    {
        var json = Write(writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber(JsonEncodedText.Encode("a`<>&\u00e4", JavaScriptEncoder.UnsafeRelaxedJsonEscaping), 1);
            writer.WriteEndObject();
        });
        Assert.Equal("""{"a\u0060\u003C\u003E\u0026ä":1}""", json);
    }

    [Fact]
    public void Writer_is_used_again_after_each_payload()
    {
        var writer = new PayloadWriter();
        for (var i = 0; i < 3; i++)
        {
            writer.Json.WriteNumberValue(i);
            Assert.Equal(i.ToString(System.Globalization.CultureInfo.InvariantCulture), Encoding.UTF8.GetString(writer.Finish()));
        }
    }

    [Fact]
    public void Pool_gives_back_a_writer_unless_it_has_grown_large()
    {
        var pool = new PayloadPool();
        var writer = pool.Rent();
        pool.Return(writer);
        Assert.Same(writer, pool.Rent());
        writer.Json.WriteStringValue(new string('x', 100_000));
        writer.Finish();
        pool.Return(writer);
        Assert.NotSame(writer, pool.Rent());
    }

    private static string Write(Action<Utf8JsonWriter> write)
    {
        var payload = new PayloadWriter();
        write(payload.Json);
        return Encoding.UTF8.GetString(payload.Finish());
    }
}
