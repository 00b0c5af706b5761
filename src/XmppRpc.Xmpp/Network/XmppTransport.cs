using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// One XML stream over one byte stream, for either side of it: reads nodes, writes elements, changes to TLS in place, restarts.
/// One reader at a time; writes may come from any thread and leave in the order of the calls. Disposing closes the byte stream.
/// </summary>
/// <remarks>
/// A writer appends to a buffer; the one that finds no flush in progress writes it out, what others append meanwhile leaves together in the next write.
/// An element above <paramref name="maxElementBytes"/> (escaped) is refused; with more than <paramref name="highWaterBytes"/> queued, writers wait.
/// </remarks>
public sealed class XmppTransport(Stream stream, XmppReaderLimits? limits = null, int maxElementBytes = int.MaxValue, int highWaterBytes = 1024 * 1024) : IAsyncDisposable
{
    /// <summary>Longer than any start tag written here, so that an XMPP server on libexpat does not wait for more behind a tag that its reads cut (F-18: reparse deferral).</summary>
    private static readonly byte[] Padding = [.. Enumerable.Repeat((byte)' ', 256)];

    /// <summary>What XMPP servers read at once: a TLS record up to this size is not cut.</summary>
    private const int PeerReadBytes = 4096;

    /// <summary>As much as a TLS record: an element that comes in one read is parsed in one pass.</summary>
    private const int ReadBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private Stream _stream = stream;
    private PipeReader _input = PipeReader.Create(stream, new(bufferSize: ReadBytes, leaveOpen: true));
    private XmppReader _reader = new(limits);
    private SendBuffer _queued = new();
    private SendBuffer _departing = new();
    private string _contentNamespace = "";
    private bool _flushing;
    private volatile bool _streamEnded;
    private Task _flush = Task.CompletedTask;
    private Task _flushRest = Task.CompletedTask;
    private volatile XmppConnectionException? _broken;
    private int _disposed;
    private int _maxElementBytes = maxElementBytes;
    private long _bytesRead;
    private long _bytesWritten;

    /// <summary>Whether TLS is in use.</summary>
    public bool IsEncrypted => _stream is SslStream;

    /// <summary>Whether the byte stream is known to be broken.</summary>
    internal bool IsBroken => _broken is not null;

    /// <summary>Whether our XML stream was closed by <see cref="WriteStreamEndAsync"/>.</summary>
    public bool IsStreamEnded => _streamEnded;

    /// <summary>The default namespace that the peer's stream header declared (for example <c>jabber:client</c>), empty if it declared none; null before it was read.</summary>
    public string? PeerContentNamespace => _reader.ContentNamespace;

    /// <summary>Bytes taken in since the XML stream began, above the encryption.</summary>
    internal long BytesRead => Volatile.Read(ref _bytesRead);

    /// <summary>Bytes given to the byte stream, above the encryption.</summary>
    internal long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>The largest element that is sent, in bytes as written: what the caller allows, or less if the peer says so.</summary>
    internal int MaxElementBytes { get => _maxElementBytes; set => _maxElementBytes = Math.Min(value, _maxElementBytes); }

    /// <summary>Bytes that wait behind a write in progress.</summary>
    internal int QueuedBytes => _queued.Length;

    /// <summary>The TLS version in use, or "none".</summary>
    internal string Protocol => _stream is SslStream tls ? tls.SslProtocol.ToString() : "none";

    /// <summary>What the XML stream runs over, for channel binding.</summary>
    internal Stream Stream => _stream;

    /// <summary>Whether white space follows a flush that the peer's reads could cut. Default false, because none may be sent during STARTTLS and SASL (RFC 6120 §5.3.3, §6.3.5).</summary>
    public bool PadsFlushes { get; set; }

    /// <summary>The next node, or null when the peer closed the byte stream. Ill-formed input throws <see cref="XmppStreamException"/>, a broken byte stream <see cref="XmppConnectionException"/>.</summary>
    public async ValueTask<XmppNode?> ReadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            while (true)
            {
                var result = await _input.ReadAsync(cancellationToken).ConfigureAwait(false);
                var buffer = result.Buffer;
                var before = buffer.Length;
                var found = _reader.TryRead(ref buffer, out var node);
                Volatile.Write(ref _bytesRead, _bytesRead + before - buffer.Length);
                _input.AdvanceTo(buffer.Start);
                if (found)
                    return node;
                if (result.IsCompleted)
                    return null;
            }
        }
        catch (Exception e) when (IsBreak(e))
        {
            throw Lost(e);
        }
    }

    /// <summary>Opens our XML stream; what is written next lives in <paramref name="contentNamespace"/>.</summary>
    public ValueTask WriteStreamStartAsync(string contentNamespace, string? from = null, string? to = null, string? id = null, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ThrowIfUnwritable();
            _contentNamespace = contentNamespace;
            // XEP-0114 §3: no version, no features
            XmppWriter.WriteStreamStart(_queued, contentNamespace, from, to, id, contentNamespace == XmppNames.Component ? null : "1.0");
        }

        return DepartAsync(cancellationToken);
    }

    /// <summary>
    /// Writes an element. Completes when it was given to the byte stream, or sooner, when another write in progress will carry it on and less than the
    /// high-water mark is queued. Cancellation ends the waiting only: a queued element is still sent. Above the largest size <see cref="ArgumentException"/>, and nothing is sent.
    /// </summary>
    public ValueTask WriteAsync(XmppElement element, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ThrowIfUnwritable();
            Enqueue(element);
        }

        return DepartAsync(cancellationToken);
    }

    internal static void RefuseOversize(XmppElement element, int bytes, int maxBytes)
    {
        if (bytes > maxBytes)
            throw new ArgumentException($"The <{element.Name}/> takes {bytes} bytes, more than the {maxBytes} that may be sent in one. Send less at a time.");
    }

    /// <summary>Queues what was serialised elsewhere; <see cref="FlushAsync"/> sends it.</summary>
    internal void Append(ReadOnlySpan<byte> xml)
    {
        lock (_gate)
        {
            ThrowIfUnwritable();
            _queued.Append(xml);
        }
    }

    /// <summary>Sees to it that what is queued leaves, and completes as <see cref="WriteAsync"/> does.</summary>
    internal ValueTask FlushAsync(CancellationToken cancellationToken) => DepartAsync(cancellationToken);

    /// <summary>As <see cref="Append(ReadOnlySpan{byte})"/>, with an element of our own.</summary>
    internal void Append(XmppElement element)
    {
        lock (_gate)
        {
            ThrowIfUnwritable();
            Enqueue(element);
        }
    }

    /// <summary>Sends an element of our own without waiting for anything. A stream that is broken is left to the one who reads.</summary>
    internal void Post(XmppElement element)
    {
        lock (_gate)
        {
            if (_broken is not null || _streamEnded)
                return;
            Enqueue(element);
        }
        Leave();
    }

    /// <summary>White space between stanzas (RFC 6120 §4.6.1).</summary>
    internal void PostWhiteSpace()
    {
        lock (_gate)
        {
            if (_broken is not null || _streamEnded)
                return;
            _queued.Append(" "u8);
        }
        Leave();
    }

    /// <summary>Sees to it that what is queued leaves; nobody waits for it.</summary>
    internal void Leave()
    {
        lock (_gate)
        {
            if (_flushing)
                return;
            _flushing = true;
        }
        _flush = FlushQueuedAsync();
    }

    /// <summary>Closes our XML stream and flushes; nothing may be written afterwards. A second call does nothing.</summary>
    public ValueTask WriteStreamEndAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_streamEnded)
                return ValueTask.CompletedTask;
            ThrowIfUnwritable();
            XmppWriter.WriteStreamEnd(_queued);
            _streamEnded = true;
        }

        return DepartAsync(cancellationToken);
    }

    /// <summary>Forgets the reader's state before the peer's new stream header, after STARTTLS or SASL (RFC 6120 §5.4.3.3, §6.4.6). Bytes already buffered stay, unless <paramref name="requireEmpty"/>, which throws when there are any.</summary>
    public void Restart(bool requireEmpty = false)
    {
        if (requireEmpty && _input.TryRead(out var result))
        {
            var left = result.Buffer.Length;
            _input.AdvanceTo(result.Buffer.Start);
            if (left > 0)
                throw new XmppStreamException("policy-violation", $"{left} bytes came behind an element that ends this part of the XML stream. Somebody may be injecting them; the connection was given up.");
        }

        _reader = new(limits);
    }

    /// <summary>Continues under TLS as the initiating side. Bytes that came before it throw <see cref="XmppStreamException"/> (T-09, STARTTLS injection).</summary>
    public Task StartTlsAsync(SslClientAuthenticationOptions options, CancellationToken cancellationToken = default) =>
        StartTlsAsync(tls => tls.AuthenticateAsClientAsync(options, cancellationToken));

    /// <summary>Continues under TLS as the receiving side. Bytes that came before it throw <see cref="XmppStreamException"/>.</summary>
    public Task StartTlsAsync(SslServerAuthenticationOptions options, CancellationToken cancellationToken = default) =>
        StartTlsAsync(tls => tls.AuthenticateAsServerAsync(options, cancellationToken));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        lock (_gate)
            _broken ??= new("The connection was closed here.");
        // the pipe reader is not completed: a read may still be leaving it; the closed stream ends that
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _flush.ConfigureAwait(false);
        await _flushRest.ConfigureAwait(false);
    }

    private async Task StartTlsAsync(Func<SslStream, Task> handshake)
    {
        Restart(requireEmpty: true);
        var tls = new SslStream(_stream);
        try
        {
            await handshake(tls).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw e switch
            {
                AuthenticationException or IOException => new XmppTlsException($"The TLS handshake failed{RemoteText.Reason(e.GetBaseException().Message)}. Check that this port speaks TLS 1.2 or later and has a certificate for this domain.", e),
                ObjectDisposedException => Lost(e),
                _ => e,
            };
        }

        _stream = tls;
        _input = PipeReader.Create(tls, new(bufferSize: ReadBytes, leaveOpen: true));
    }

    /// <summary>Sees to it that what is queued leaves: by the flush in progress, or else by this call.</summary>
    private ValueTask DepartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_flushing && _queued.Length <= highWaterBytes)
                return ValueTask.CompletedTask;
            if (_flushing)
                return new(WaitAsync((_queued.Departure ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task, cancellationToken));
            _flushing = true;
        }

        var flush = _flush = FlushQueuedAsync();
        if (!flush.IsCompleted)
            return new(WaitAsync(flush, cancellationToken));
        ThrowIfBroken();
        return ValueTask.CompletedTask;
    }

    private async Task WaitAsync(Task departure, CancellationToken cancellationToken)
    {
        await departure.WaitAsync(cancellationToken).ConfigureAwait(false);
        ThrowIfBroken();
    }

    /// <summary>Writes what is queued now. What others queue meanwhile leaves in <see cref="FlushRestAsync"/>, so that no caller carries the others for ever. Never throws.</summary>
    private async Task FlushQueuedAsync()
    {
        if (!TryTakeQueued())
            return;
        await WriteDepartingAsync().ConfigureAwait(false);
        if (TryTakeQueued())
            _flushRest = FlushRestAsync();
    }

    private async Task FlushRestAsync()
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        do
            await WriteDepartingAsync().ConfigureAwait(false);
        while (TryTakeQueued());
    }

    /// <summary>Makes the queued bytes the departing ones; false ends the flush.</summary>
    private bool TryTakeQueued()
    {
        lock (_gate)
        {
            if (_broken is not null)
                _queued.Clear();
            _flushing = _queued.Length > 0;
            if (_flushing)
                (_queued, _departing) = (_departing, _queued);
            return _flushing;
        }
    }

    /// <summary>One write. Without a cancellation token: half a stanza on the wire would end the XML stream.</summary>
    private async ValueTask WriteDepartingAsync()
    {
        try
        {
            if (PadsFlushes && !_streamEnded && (!IsEncrypted || _departing.Length > PeerReadBytes))
                _departing.Append(Padding);
            await _stream.WriteAsync(_departing.Written, CancellationToken.None).ConfigureAwait(false);
            Volatile.Write(ref _bytesWritten, _bytesWritten + _departing.Length);
            await _stream.FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // whatever it was, nobody knows how much of it left
            _ = Lost(e);
        }

        _departing.Clear();
    }

    /// <summary>Under the gate. An element that is refused leaves no trace.</summary>
    private void Enqueue(XmppElement element)
    {
        var before = _queued.Length;
        try
        {
            XmppWriter.WriteElement(_queued, element, _contentNamespace);
            RefuseOversize(element, _queued.Length - before, _maxElementBytes);
        }
        catch
        {
            _queued.Truncate(before);
            throw;
        }
    }

    private void ThrowIfUnwritable()
    {
        ThrowIfBroken();
        if (_streamEnded)
            throw new XmppConnectionException("The XML stream was closed here; nothing can be sent on it any more.");
    }

    private void ThrowIfBroken()
    {
        if (_broken is { } broken)
            throw broken;
    }

    /// <summary>The one exception that tells everybody that this byte stream is broken: the first one found.</summary>
    private XmppConnectionException Lost(Exception cause)
    {
        lock (_gate)
            return _broken ??= new($"The connection was lost: {RemoteText.Show(cause.Message)}", cause);
    }

    private static bool IsBreak(Exception e) => e is IOException or SocketException or ObjectDisposedException;
}
