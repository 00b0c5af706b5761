using System.Diagnostics.CodeAnalysis;

// What the text form of the public API is tried on; nothing else uses it.
namespace XmppRpc.Tests.House.Samples;

[SuppressMessage("Design", "CA1040", Justification = "A sample.")]
public interface IMarker;

public interface IShape<T> : IMarker where T : class, IMarker, new()
{
    static abstract T Create();
    T? Find(string? name, int limit = 10);
}

public abstract class Shape(int sides) : IDisposable
{
    public const string Name = "shape";
    public static readonly TimeSpan Age = TimeSpan.Zero;
    protected internal int Kept;
    private readonly int hidden = sides;

    public required string Label { get; init; }
    public int Sides { get; private set; } = sides;
    public string? this[int index, string? key] => key + index + hidden;
    public event EventHandler? Changed;

    public void Dispose() => GC.SuppressFinalize(this);
    public abstract ValueTask<IReadOnlyList<string?>?> DrawAsync<TPen>(TPen pen, in int x, out int y, params int[] rest) where TPen : struct;
    public override string ToString() => Label;
    protected virtual void OnChanged() => Changed?.Invoke(this, EventArgs.Empty);
    internal void Internal() { }
    private protected void Private() { }

    public sealed class Corner<T>
    {
        public T? Value { get; set; }
    }

    internal sealed class Secret;
}

public readonly struct Point
{
    public static bool operator ==(Point left, Point right) => left.Equals(right);
    public static bool operator !=(Point left, Point right) => !left.Equals(right);
    public override bool Equals(object? obj) => obj is Point;
    public override int GetHashCode() => 0;
}

public enum Colour : byte
{
    Red = 1,
    Blue = 2,
}

public delegate string? Namer<in T>(T value, string fallback = "none");

public static class ShapeExtensions
{
    public static bool IsRound(this Shape shape, bool strict = true) => strict && shape.Sides == 0;
}

internal sealed class Hidden;
