using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using XmppRpc.Generators.Tests.Harness;

namespace XmppRpc.Generators.Tests.RuleTests;

public sealed class JsonRuleTests
{
    // A contract with these members and a context with these types.
    private static string With(string members, string types = "string") => $$"""
        [RpcContract("acme.c", JsonContext = typeof(Json))] public partial interface IC { {{members}} }
        {{string.Concat(types.Split('|').Select(type => $"[JsonSerializable(typeof({type}))] "))}}public sealed partial class Json : JsonSerializerContext;
        public sealed record Order(int Id, List<Line> Lines, Address? To = null);
        public sealed record Line(string Sku);
        public sealed record Address(string Street);
        public readonly record struct Point(int X, int Y);
        public enum Colour { Red }
        """;

    private static string Payload(string type) => $$"""
        [RpcContract("acme.c", JsonContext = typeof(Json))] public partial interface IC { Task GoAsync(Data data); }
        [JsonSerializable(typeof(Data))] public sealed partial class Json : JsonSerializerContext;
        {{type}}
        """;

    public static TheoryData<string, string, string[]> Bad => new()
    {
        { "XRPC020", With("Task<Order> GetAsync(Line[] lines);"), ["GetAsync", "lines"] },
        { "XRPC020", With("Task<Order> GetAsync(Line[] lines);", "Order"), ["lines"] },
        { "XRPC020", With("Task<Point> GetAsync(Point? near);", "Point"), ["near"] },
        { "XRPC020", With("IAsyncEnumerable<Line> Go(IAsyncEnumerable<Address> a, IProgress<Point> p);"), ["Go", "a", "p"] },
        { "XRPC020", With("Task<Deferred<Order>> GoAsync(); [RpcFault<Line>(\"a\")] Task StayAsync(Order? same);"), ["GoAsync", "StayAsync"] },
        { "XRPC020", With("Task GoAsync(int[] a, (int X, string Y) b, List<Colour> c);"), ["a", "b", "c"] },
        { "XRPC022", Payload("public sealed record Data(IShape Shape); public interface IShape { int Area { get; } }"), ["data"] },
        { "XRPC022", Payload("public sealed record Data(List<Shape> Shapes); public abstract record Shape(int Area);"), ["data"] },
        { "XRPC022", Payload("public sealed record Data(Dictionary<string, object> Values);"), ["data"] },
        { "XRPC022", Payload("public sealed class Data { private Data() { } public int Id { get; set; } }"), ["data"] },
        { "XRPC022", Payload("public sealed class Data { public Data(int id) { Id = id; } public Data(string id) { Id = int.Parse(id); } public int Id { get; } }"), ["data"] },
        { "XRPC022", Payload("public sealed class Data(int number) { public int Id { get; } = number; }"), ["data"] },
        { "XRPC023", Payload("public sealed record Data(Action Done);"), ["data"] },
        { "XRPC023", Payload("public sealed record Data(Task<int> Later);"), ["data"] },
        { "XRPC023", Payload("public sealed record Data(List<Exception> Errors);"), ["data"] },
        { "XRPC023", Payload("public sealed record Data(Type Kind);"), ["data"] },
        { "XRPC023", Payload("public sealed record Data(Login Login); public sealed record Login(string Name, string PasswordHash);"), ["data"] },
    };

    public static TheoryData<string, string> Good => new()
    {
        { "XRPC020", With("Task<Order> GetAsync(Line line, List<Line>? lines, Address? to); Task<Colour?> GoAsync(int a, Guid? b, byte[] c, DateTimeOffset d, System.Text.Json.JsonElement e, Uri? f, TimeSpan g, Half h, decimal? i);", "Order") },
        { "XRPC020", With("Task<(int A, string B)> GoAsync(Point? point, Page<int> page);", "ValueTuple<int, string>|Point?|Page<int>") + "public sealed record Page<T>(T[] Items, Page<T>? Next);" },
        { "XRPC020", With("Task GoAsync(Dog dog, Items items, Line line);", "Animal|Items") + "[JsonDerivedType(typeof(Dog), \"dog\")] public abstract class Animal; public sealed class Dog : Animal; public sealed class Items : List<Line>;" },
        { "XRPC022", Payload("public sealed record Data(IShape Shape, IReadOnlyList<int> Numbers, IDictionary<string, Line> Lines, Opaque Opaque); [JsonDerivedType(typeof(Box), \"box\")] public interface IShape; public sealed class Box : IShape; public sealed class Line { public Line() { } public Line(int a) { } } [JsonConverter(typeof(OpaqueConverter))] public abstract class Opaque; public sealed class OpaqueConverter : JsonConverter<Opaque> { public override Opaque? Read(ref System.Text.Json.Utf8JsonReader reader, Type type, System.Text.Json.JsonSerializerOptions options) => null; public override void Write(System.Text.Json.Utf8JsonWriter writer, Opaque value, System.Text.Json.JsonSerializerOptions options) { } }") },
        { "XRPC022", Payload("public sealed class Data { [JsonConstructor] public Data(int id) { Id = id; } public Data(string id) { Id = int.Parse(id); } public int Id { get; } [JsonIgnore] public object? Tag { get; set; } public Point At { get; set; } } public struct Point { public int X; public Point(int y) { X = y; } }") },
        { "XRPC022", Payload("public sealed record Data(Shape Shape); public abstract record Shape; public sealed class ShapeConverter : JsonConverter<Shape> { public override Shape? Read(ref System.Text.Json.Utf8JsonReader reader, Type type, System.Text.Json.JsonSerializerOptions options) => null; public override void Write(System.Text.Json.Utf8JsonWriter writer, Shape value, System.Text.Json.JsonSerializerOptions options) { } }").Replace("[JsonSerializable", "[JsonSourceGenerationOptions(Converters = [typeof(ShapeConverter)])] [JsonSerializable", StringComparison.Ordinal) },
        { "XRPC023", Payload("public sealed record Data(string Name, Version Kind, [property: JsonIgnore] string? Password, bool HasSecret);") },
    };

    [Theory, MemberData(nameof(Bad))]
    public async Task What_cannot_travel_is_found_at_its_method_or_parameter(string id, string source, string[] places) => Assert.Equal(places, await Rules.FindingsAsync(id, source));

    [Theory, MemberData(nameof(Good))]
    public async Task What_can_travel_is_not_found(string id, string source)
    {
        Assert.Empty(await Rules.FindingsAsync(id, source));
        Assert.Equal("", Rules.Errors(source));
    }

    [Theory]
    [InlineData("", DiagnosticSeverity.Info)]
    [InlineData("EnableAotAnalyzer", DiagnosticSeverity.Warning)]
    [InlineData("EnableTrimAnalyzer", DiagnosticSeverity.Warning)]
    public async Task Contract_without_context_is_a_warning_where_there_is_no_reflection(string property, DiagnosticSeverity expected)
    {
        var compilation = Compilations.Create(Rules.Usings + "[RpcContract(\"acme.c\")] public partial interface IC { Task GoAsync(int[] numbers); }");
        compilation = compilation.WithOptions(compilation.Options.WithGeneralDiagnosticOption(ReportDiagnostic.Default));
        var properties = ImmutableDictionary<string, string>.Empty.Add("build_property." + property, "true");

        Assert.Equal([("XRPC021", expected)], (await Rules.FindingsAsync(compilation, "XRPC021", properties)).Select(finding => (finding.Id, finding.Severity)));
    }

    [Fact]
    public async Task Type_that_holds_an_ever_longer_one_of_itself_is_walked_through_in_no_time()
    {
        var source = With("Task GoAsync(Page<int> page);", "Page<int>") + "public sealed class Page<T> { public Page<Page<T>>? Next { get; set; } public T? Item { get; set; } public Action? Done { get; set; } }";

        // Without the framework's generator, which would not end.
        Assert.Single(await Rules.FindingsAsync(Compilations.Create(Rules.Usings + source), "XRPC023").WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Contract_of_built_in_types_needs_no_context() =>
        Assert.Empty(await Rules.FindingsAsync("XRPC021", "[RpcContract(\"acme.c\")] public partial interface IC { Task<string> GoAsync(int number, DayOfWeek? day); }"));

    private const string Lines = "[RpcContract(\"acme.c\", JsonContext = typeof(Json))] public partial interface IC { Task<List<Line?>> GetAsync(Line[] lines, Line[] more); }\npublic sealed record Line(int Id);\n";

    [Fact]
    public async Task Missing_type_is_added_to_the_context() => Assert.Equal(
        Lines + "/// <summary>Why.</summary>\n[JsonSerializable(typeof(List<Line>))]\n[JsonSerializable(typeof(Line[]))]\npublic sealed partial class Json : JsonSerializerContext;",
        await Fixing.FirstAsync("XRPC020", Lines + "/// <summary>Why.</summary>\n[JsonSerializable(typeof(List<Line>))]\npublic sealed partial class Json : JsonSerializerContext;"));

    [Fact]
    public async Task All_types_of_a_contract_are_added_at_once() => Assert.Equal(
        Lines + "[JsonSerializable(typeof(Line[]))]\n[JsonSerializable(typeof(List<Line>))]\npublic sealed partial class Json : JsonSerializerContext;",
        await Fixing.FirstAsync("XRPC020", Lines + "public sealed partial class Json : JsonSerializerContext;", "all 2"));

    [Fact]
    public async Task All_contracts_of_a_solution_get_their_types_wherever_the_context_lies()
    {
        using var workspace = Fixing.Workspace(
            ("Data", [Rules.Usings.Replace("Acme", "Acme.Data") + "public sealed record Order(int Id); public sealed record Line(int Id);",
                Rules.Usings.Replace("Acme", "Acme.Data") + "[JsonSerializable(typeof(int[]))]\npublic sealed partial class Json : JsonSerializerContext;"]),
            ("Api", [Rules.Usings + "using Acme.Data; [RpcContract(\"acme.a\", JsonContext = typeof(Json))] public partial interface IA { Task<Order> GetAsync(Line line); }"]),
            ("More", [Rules.Usings + "using Acme.Data; [RpcContract(\"acme.b\", JsonContext = typeof(Json))] public partial interface IB { Task<Order> GetAsync(Line[] lines, Own own); } public sealed record Own(int Id);"]));

        var solution = await Fixing.ApplyAsync(workspace.CurrentSolution, "XRPC020", "Add it", FixAllScope.Solution);

        // Own is of a project that the context's does not see.
        Assert.EndsWith("[JsonSerializable(typeof(int[]))]\n[JsonSerializable(typeof(Order))]\n[JsonSerializable(typeof(Line))]\n[JsonSerializable(typeof(Line[]))]\npublic sealed partial class Json : JsonSerializerContext;",
            await Fixing.TextAsync(solution, "Data1.cs"), StringComparison.Ordinal);
        Assert.Equal(await Fixing.TextAsync(workspace.CurrentSolution, "More0.cs"), await Fixing.TextAsync(solution, "More0.cs"));
    }

    [Fact]
    public async Task Contract_without_context_gets_one() => Assert.Equal("""
        [RpcContract("acme.c", JsonContext = typeof(OrdersJson))]
        public partial interface IOrders { Task<Order> GetAsync(int[] ids); }

        [JsonSerializable(typeof(int[]))]
        [JsonSerializable(typeof(Order))]
        internal sealed partial class OrdersJson : JsonSerializerContext;

        public sealed record Order(int Id);
        """, await Fixing.FirstAsync("XRPC021", """
        [RpcContract("acme.c")]
        public partial interface IOrders { Task<Order> GetAsync(int[] ids); }

        public sealed record Order(int Id);
        """));

    [Fact]
    public async Task Types_behind_an_abstract_one_are_named() => Assert.Equal(Payload("""
        public sealed record Data(Shape Shape);
        [JsonDerivedType(typeof(Box), "box")]
        [JsonDerivedType(typeof(Disc), "disc")]
        public abstract record Shape; public sealed record Box : Shape; public abstract record Round : Shape; public sealed record Disc : Round;
        """), await Fixing.FirstAsync("XRPC022", Payload("""
        public sealed record Data(Shape Shape);
        public abstract record Shape; public sealed record Box : Shape; public abstract record Round : Shape; public sealed record Disc : Round;
        """)));
}
