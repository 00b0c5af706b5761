using System.Buffers;
using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Gathers what one element is written as, in the buffer writer's own memory while that suffices; it is given to it by <see cref="Commit"/> only, so that a refusal leaves nothing behind. Dispose it.</summary>
internal ref struct Utf8Output(IBufferWriter<byte> output)
{
    private const int FirstBytes = 512;

    private Span<byte> _span = output.GetSpan(FirstBytes);
    private byte[]? _rented;
    private int _used;

    public readonly void Commit()
    {
        if (_rented is null)
            output.Advance(_used);
        else
            output.Write(_span[.._used]);
    }

    public readonly void Dispose()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
    }

    public void Write(byte b)
    {
        Reserve(1);
        _span[_used++] = b;
    }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_span[_used..]);
        _used += bytes.Length;
    }

    public void Write(scoped ReadOnlySpan<char> text)
    {
        Reserve(text.Length * 3);
        _used += Encoding.UTF8.GetBytes(text, _span[_used..]);
    }

    /// <summary>Writes text that is ASCII.</summary>
    public void WriteAscii(scoped ReadOnlySpan<char> text)
    {
        Reserve(text.Length);
        Ascii.FromUtf16(text, _span[_used..], out var written);
        _used += written;
    }

    private void Reserve(int bytes)
    {
        if (_span.Length - _used < bytes)
            Grow(bytes);
    }

    private void Grow(int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_used + bytes), _span.Length * 2));
        _span[.._used].CopyTo(larger);
        Dispose();
        _span = _rented = larger;
    }
}
