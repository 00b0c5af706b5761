namespace XmppRpc.Generators.Tests;

/// <summary>A contract for every shape the generator accepts, as source.</summary>
internal static class SampleContracts
{
    private const string Shop = """
        #nullable enable
        using System.Collections.Generic;
        using System.Threading;
        using System.Threading.Tasks;
        using XmppRpc;
        namespace Acme;
        internal sealed record Order(int Id, Colour Colour, Order? Part);
        internal enum Colour { Red, Green }
        """;

    public static readonly IReadOnlyDictionary<string, string[]> All = new Dictionary<string, string[]>(StringComparer.Ordinal)
    {
        ["Empty"] = ["[XmppRpc.RpcContract(\"acme.empty\")] internal partial interface IEmpty;"],
        ["Unary"] = [Shop, """
            using System.Threading;
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            [RpcContract("acme.orders", Version = 3)]
            internal partial interface IOrders
            {
                Task<Order> GetAsync(int id, CancellationToken ct = default);
                ValueTask<Order?> FindAsync(CancellationToken ct, string text, bool exact, long after, Order? like);
                Task DeleteAsync(int id);
                ValueTask PingAsync();
                Task ID();
                Task HTTPGet(CancellationToken ct);
            }
            """],
        ["OneWay"] = [Shop, """
            using System.Threading;
            using System.Threading.Tasks;
            namespace Acme;
            [XmppRpc.RpcContract("acme.orders")]
            internal partial interface IOrders
            {
                [XmppRpc.RpcMethod(OneWay = true)] Task TouchAsync(Order order, CancellationToken ct);
                [XmppRpc.RpcMethod("poke", OneWay = true)] ValueTask NudgeAsync();
            }
            """],
        ["Stream"] = [Shop, """
            using System.Collections.Generic;
            using System.Threading;
            namespace Acme;
            [XmppRpc.RpcContract("acme.orders")]
            internal partial interface IOrders
            {
                IAsyncEnumerable<Order> ListAsync(string? filter = null, CancellationToken ct = default);
                [XmppRpc.RpcStream(Window = 64, MaxBatch = 8, WindowBytes = 65536, MaxBatchBytes = 4096)] IAsyncEnumerable<int?> TicksAsync();
            }
            """],
        ["Upload"] = [Shop, """
            using System.Collections.Generic;
            using System.Threading;
            using System.Threading.Tasks;
            namespace Acme;
            [XmppRpc.RpcContract("acme.orders")]
            internal partial interface IOrders
            {
                Task ImportAsync(IAsyncEnumerable<Order> rows);
                Task<int> CountAsync(IAsyncEnumerable<Order?> rows, string name = "all", CancellationToken ct = default);
                ValueTask StoreAsync(int shelf, IAsyncEnumerable<byte[]> parts);
                [XmppRpc.RpcStream(Window = 64)] ValueTask<Order?> LastAsync(IAsyncEnumerable<int?> ids, CancellationToken ct);
                [XmppRpc.RpcStream(Window = 32, MaxBatch = 4)] IAsyncEnumerable<Order> QuotesAsync(IAsyncEnumerable<(string Sku, Colour Colour)> articles, CancellationToken ct = default);
            }
            """],
        ["Progress"] = [Shop, """
            using System;
            using System.Collections.Generic;
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            internal readonly record struct Step(int Done, int Of);
            [RpcContract("acme.orders")]
            internal partial interface IOrders
            {
                Task PackAsync(int id, IProgress<Step>? progress = null);
                ValueTask<Order> PickAsync(IProgress<string?> progress);
                IAsyncEnumerable<Order> ListAsync(IProgress<Order?>? progress = null);
                Task<Deferred<Order>> ReserveAsync(Order order, IProgress<int?>? progress);
                Task<int> ImportAsync(IAsyncEnumerable<Order> rows, IProgress<int>? progress = null);
            }
            """],
        ["Options"] = [Shop, """
            using System.Collections.Generic;
            using System.Threading;
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            [RpcContract("acme.orders")]
            internal partial interface IOrders
            {
                Task RestockAsync(string sku, int count, RpcCallOptions? options = null, CancellationToken ct = default);
                [RpcMethod("restockAll")] Task RestockAsync(string sku, int count, Order? options, CancellationToken ct = default);
                IAsyncEnumerable<Order> ListAsync(RpcCallOptions? options);
                [RpcMethod(OneWay = true)] ValueTask TouchAsync(RpcCallOptions? @params = null);
                Task<Deferred<Order>> ReserveAsync(RpcCallOptions? options = null);
            }
            """],
        ["Headers"] = [Shop, """
            using System.Diagnostics.CodeAnalysis;
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            [RpcContract("acme.orders")]
            internal partial interface IOrders
            {
                Task PlainAsync([RpcHeader("tenant")] string tenant, int id);
                Task NullableAsync([RpcHeader("Trace-Id_1.x")] string? trace, [RpcHeader("tenant")] string? @event = null);
                Task DefaultAsync([RpcHeader("lang")] string lang = "e\"n", [RpcHeader("region")] string? region = "eu", [RpcHeader("forced")] string forced = null!);
                [RpcMethod(OneWay = true)] Task TouchAsync([RpcHeader("tenant")] string tenant);
                Task SetAsync([AllowNull, RpcHeader("a")] string a, [DisallowNull, RpcHeader("b")] string? b);
            #nullable disable
                Task OldAsync([RpcHeader("a")] string a, [RpcHeader("b")] string b = "x");
            }
            """],
        ["Faults"] = [Shop, """
            using System.Collections.Generic;
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            internal sealed record OutOfStock(string Sku, Reason Reason);
            internal enum Reason { Sold, Lost }
            internal sealed record Closed;
            [RpcFault<string[]>("lent")] internal interface ILent { [RpcFault<int>("lent.own")] Task LentAsync(); }
            [RpcContract("acme.base"), RpcFault<Closed>("base")] internal partial interface IBase { Task BaseAsync(); }
            [RpcContract("acme.orders"), RpcFault<Closed>("closed"), RpcFault<(int, Colour)>("a-1.b")]
            internal partial interface IOrders : IBase, ILent
            {
                [RpcFault<OutOfStock>("out-of-stock"), RpcFault<Closed>("closed")] Task<Order> PlaceAsync();
                [RpcFault<Order>("zero")] IAsyncEnumerable<Order> ListAsync();
                Task<Deferred<Order>> ReserveAsync();
                [RpcMethod(OneWay = true)] Task TouchAsync();
            }
            """],
        ["Access"] = [Shop, """
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            [RpcContract("acme.base"), RpcAuthorize(RosterGroups = "Staff, \"Night\"")] internal partial interface IBase
            {
                Task BaseAsync();
                [RpcAuthorize(Policy = "opening-hours", Domains = ".", RosterGroups = "Staff")] Task AllAsync();
            }
            [RpcContract("acme.middle"), RpcAuthorize(RosterGroups = "Managers")] internal partial interface IMiddle : IBase;
            [RpcContract("acme.orders"), RpcAuthorize(Policy = "four-eyes")]
            internal partial interface IOrders : IMiddle { Task OwnAsync(); }
            """],
        ["Deferred"] = [Shop, """
            using System.Threading;
            using System.Threading.Tasks;
            namespace Acme;
            [XmppRpc.RpcContract("acme.orders")]
            internal partial interface IOrders { Task<XmppRpc.Deferred<Order?>> ApplyAsync(Order order, CancellationToken ct = default); }
            """],
        ["Settings"] = [Shop, """
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            [RpcContract("acme.orders", TimeoutSeconds = 20), RpcAuthorize(Domains = "a.example, \"b\"")]
            internal partial interface IOrders
            {
                [RpcMethod("search.by-text", Idempotent = true, TimeoutSeconds = 0.25)] Task SearchAsync();
                [RpcAllowAnyone] Task OpenAsync();
                [RpcAuthorize] Task OwnAsync();
                [RpcAuthorize(Domains = "c.example"), RpcAllowAnyone] Task BothAsync();
                Task PlainAsync();
            }
            """],
        ["JsonContext"] = [Shop, """
            using System;
            using System.Text.Json;
            using System.Text.Json.Serialization;
            using System.Text.Json.Serialization.Metadata;
            using System.Threading.Tasks;
            namespace Acme;
            internal sealed class AcmeJson() : JsonSerializerContext(null)
            {
                public static AcmeJson Default { get; } = new();
                protected override JsonSerializerOptions? GeneratedSerializerOptions => null;
                public override JsonTypeInfo? GetTypeInfo(Type type) => null;
            }
            [XmppRpc.RpcContract("acme.orders", JsonContext = typeof(AcmeJson))]
            internal partial interface IOrders { Task<Order[]> AllAsync(); }
            """],
        ["Enums"] = ["""
            #nullable enable
            using System.Collections.Generic;
            using System.Text.Json.Serialization;
            using System.Threading.Tasks;
            namespace Acme;
            internal enum Argument { A }
            internal enum Element { A }
            internal enum Key { A }
            internal enum Inherited { A }
            internal enum Field { A }
            internal enum Derived { A }
            internal enum Nested { A }
            internal enum Unused { A }
            [JsonConverter(typeof(JsonNumberEnumConverter<Numeric>))] internal enum Numeric { A }
            internal class Base { public Inherited? Inherited { get; init; } }
            [JsonDerivedType(typeof(More))] internal class Data : Base { public Field Field = Field.A; public Numeric Numeric { get; init; } public Data? Self { get; init; } public Endless<int>? Endless { get; init; } public static Unused Unused => Unused.A; }
            internal sealed class More : Data { public Derived Derived { get; init; } }
            internal sealed class Endless<T> { public Endless<List<T>>? Next { get; init; } public Nested Nested { get; init; } }
            [XmppRpc.RpcContract("acme.enums")]
            internal partial interface IEnums { Task<Dictionary<Key, List<Element[]>>> GetAsync(Argument? argument, Data data, System.DayOfWeek day); }
            """],
        ["Defaults"] = ["""
            #nullable enable
            using System;
            using System.Threading.Tasks;
            namespace Acme;
            [Flags] internal enum Access { None, Read, Write = 4, @event = 8 }
            internal struct Point { public int X { get; set; } }
            [XmppRpc.RpcContract("acme.defaults")]
            internal partial interface IDefaults
            {
                Task NumbersAsync(int i = int.MinValue, uint u = 4, long l = long.MinValue, ulong ul = 5, byte b = 6, sbyte sb = -7, short s = 8, ushort us = 9, float f = 1.5f, double d = 0.1, decimal m = 1.50m);
                Task FloatsAsync(double nan = double.NaN, double up = double.PositiveInfinity, float down = float.NegativeInfinity, double zero = -0.0, float fnan = float.NaN, double big = 1e300);
                Task TextAsync(string s = "q\" b\\ n\n u\u2028 \ud800 ☃ {0}", string e = "", char c = '\'', char n = '\n', bool t = true, bool f = false);
                Task NullsAsync(string? s = null, string forced = null!, int? i = null, int? three = 3, Access? a = null, Access? w = Access.Write, Point? p = null, bool? yes = true, object? o = null);
                Task EnumsAsync(Access r = Access.Read, Access rw = Access.Read | Access.Write, Access e = Access.@event, Access d = default);
                Task StructsAsync(DateTime t = default, Guid g = new Guid(), Point p = default, TimeSpan? s = default, decimal m = default);
            }
            """],
        ["Names"] = ["""
            #nullable enable
            using System.Threading.Tasks;
            namespace @namespace.@class;
            internal sealed class @record;
            [XmppRpc.RpcContract("acme.names")]
            internal partial interface @interface
            {
                Task @event(string @event, int @await, bool from, long _, @record when, string rpc, string args, string interface_Rpc);
                Task EqualsAsync();
                Task GetTypeAsync();
                Task JsonAsync();
                Task InfoAsync();
                Task interface_Rpc();
                Task Async();
                Task ÄrgerAsync(string größe = "ß", string 名前 = "値");
                Task 注文Async();
                [XmppRpc.RpcMethod("equals2")] Task Equals(int a);
            }
            """],
        ["Outer"] = ["""
            using System.Threading.Tasks;
            namespace Acme
            {
                namespace Inner
                {
                    internal static partial class Static { internal partial struct Struct { public partial record Record { protected internal partial record struct Record2 { internal partial interface IOuter {
                        [XmppRpc.RpcContract("acme.inner")] partial interface IInner { Task PingAsync(); } } } } } }
                }
            }
            """],
        ["Public"] = ["""
            using System.Threading.Tasks;
            namespace Acme;
            /// <summary>Documented.</summary>
            [XmppRpc.RpcContract("acme.public")]
            public partial interface IPublic
            {
                /// <summary>Documented.</summary>
                Task PingAsync();
            }
            """],
        ["Global"] = ["""
            using System.Threading.Tasks;
            [XmppRpc.RpcContract("acme.global")] internal partial interface IGlobal { Task<int> CountAsync(); }
            internal partial class Box { [XmppRpc.RpcContract("acme.boxed")] internal partial interface IGlobal { Task PingAsync(); } }
            """],
        ["Parts"] = [
            "using System.Threading.Tasks; namespace Acme; partial interface IParts { Task ZAsync(); Task BAsync(A a); } internal sealed class A;",
            "using System.Threading.Tasks; namespace Acme; [XmppRpc.RpcContract(\"acme.parts\")] internal partial interface IParts : ILent { Task AAsync(E e); } internal enum E { X }",
            "using System.Threading.Tasks; namespace Acme; partial interface IParts : IBase { } internal interface ILent { Task LentAsync(); } [XmppRpc.RpcContract(\"acme.base\")] internal partial interface IBase { Task BaseAsync(F f); } internal enum F { X }"],
        ["Inheritance"] = [Shop, """
            using System;
            using System.Threading.Tasks;
            using XmppRpc;
            namespace Acme;
            [RpcContract("acme.root", Version = 2, TimeoutSeconds = 7), RpcAuthorize(Domains = "root.example")] internal partial interface IRoot { Task GetAsync(int id); Task RootAsync(); }
            [RpcContract("acme.left")] internal partial interface ILeft : IRoot { Task LeftAsync(); }
            internal interface ILent : IRoot { Task LentAsync(); }
            [RpcAllowAnyone] internal interface IOpen { Task OpenAsync(); }
            [RpcContract("acme.diamond", TimeoutSeconds = 3), RpcAuthorize]
            internal partial interface IDiamond : ILeft, ILent, IOpen
            {
                new Task<Order> GetAsync(int id);
                Task IOpen.OpenAsync() => GetAsync(1);
                sealed Task LocalAsync() => RootAsync();
                static int Two => 2;
                const int Three = 3;
            }
            """],
        ["Oblivious"] = ["""
            #nullable disable
            using System.Collections.Generic;
            using System.Threading.Tasks;
            namespace Acme;
            [XmppRpc.RpcContract("acme.old")]
            internal partial interface IOld { Task<string> GetAsync(string text, List<string> list, int number, string name = "x", int[] more = null); IAsyncEnumerable<string> ListAsync(); }
            """],
        ["Nullable"] = ["""
            #nullable enable
            using System;
            using System.Collections.Generic;
            using System.Threading.Tasks;
            namespace Acme;
            [XmppRpc.RpcContract("acme.nullable")]
            internal partial interface INullable
            {
                Task<Dictionary<string, List<int?>?>?> GetAsync(List<string?>? list, string?[] texts, (int A, string? B) pair, int?[]? numbers, Guid? id, IReadOnlyList<DateTime?> days);
                ValueTask<int?> CountAsync(bool? exact, string? text);
                Task SetAsync([System.Diagnostics.CodeAnalysis.AllowNull] string text, [System.Diagnostics.CodeAnalysis.DisallowNull] int[]? numbers);
            }
            """],
        ["Obsolete"] = ["""
            using System;
            using System.Threading.Tasks;
            namespace Acme;
            #pragma warning disable CS0612
            [Obsolete] internal sealed class Old { public OldKind Kind { get; set; } }
            [Obsolete("no")] internal enum OldKind { A }
            [XmppRpc.RpcContract("acme.obsolete")]
            internal partial interface IObsolete { [Obsolete("no")] Task<Old> GetAsync(); }
            """],
    };
}
