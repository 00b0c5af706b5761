using System.Buffers;
using System.Text;

namespace XmppRpc.Xmpp.Xml;

/// <summary>Gathers small writes before they reach the buffer writer. Call <see cref="Flush"/> at the end.</summary>
internal ref struct Utf8Output(IBufferWriter<byte> output)
{
    private Span<byte> _span;
    private int _used;

    public void Flush()
    {
        output.Advance(_used);
        _span = [];
        _used = 0;
    }

    public void Write(byte b)
    {
        Reserve(1);
        _span[_used++] = b;
    }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > _span.Length - _used)
        {
            var fits = _span.Length - _used;
            bytes[..fits].CopyTo(_span[_used..]);
            _used += fits;
            bytes = bytes[fits..];
            Flush();
            _span = output.GetSpan();
        }
        bytes.CopyTo(_span[_used..]);
        _used += bytes.Length;
    }

    public void Write(scoped ReadOnlySpan<char> text)
    {
        const int chunk = 256;
        while (!text.IsEmpty)
        {
            var length = Math.Min(chunk, text.Length);
            if (length < text.Length && char.IsHighSurrogate(text[length - 1]))
                length--;
            Reserve(Encoding.UTF8.GetMaxByteCount(length));
            _used += Encoding.UTF8.GetBytes(text[..length], _span[_used..]);
            text = text[length..];
        }
    }

    private void Reserve(int bytes)
    {
        if (_span.Length - _used >= bytes)
            return;
        Flush();
        _span = output.GetSpan(bytes);
    }
}
