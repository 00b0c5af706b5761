using System.Net.Security;
using System.Security.Authentication;
using XmppRpc.Xmpp.Xml;

namespace XmppRpc.Xmpp.Network;

/// <summary>
/// One XML stream over one byte stream, for either side of it: reads nodes, writes elements, changes to TLS in place, restarts.
/// One reader at a time; writes may come from any thread and leave in the order of the calls. Disposing closes the byte stream.
/// </summary>
/// <remarks>
/// A writer appends to a buffer; the one that finds no flush in progress writes it out, what others append meanwhile leaves together in the next write. How the XML stream lies on what carries it is for <see cref="XmppWire"/> to know.
/// </remarks>
public sealed class XmppTransport : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly XmppWire _wire;
    private readonly Func<Exception, XmppConnectionException> _lost;
    private readonly int _highWaterBytes;
    private int _maxElementBytes;
    private SendBuffer _queued;
    private SendBuffer _departing;
    private bool _flushing;
    private volatile bool _streamEnded;
    private Task _flush = Task.CompletedTask;
    private Task _flushRest = Task.CompletedTask;
    private volatile XmppConnectionException? _broken;
    private int _disposed;
    private long _bytesWritten;

    /// <summary>An XML stream over a byte stream. An element above <paramref name="maxElementBytes"/> (escaped) is refused; with more than <paramref name="highWaterBytes"/> queued, writers wait.</summary>
    public XmppTransport(Stream stream, XmppReaderLimits? limits = null, int maxElementBytes = int.MaxValue, int highWaterBytes = 1024 * 1024)
        : this(new ByteStreamWire(stream, limits), maxElementBytes, highWaterBytes)
    {
    }

    internal XmppTransport(XmppWire wire, int maxElementBytes, int highWaterBytes)
    {
        (_wire, _maxElementBytes, _highWaterBytes) = (wire, maxElementBytes, highWaterBytes);
        (_queued, _departing) = (wire.CreateBuffer(), wire.CreateBuffer());
        _lost = Lost;
    }

    /// <summary>Whether TLS is in use.</summary>
    public bool IsEncrypted => _wire.Stream is SslStream;

    /// <summary>Whether the byte stream is known to be broken.</summary>
    internal bool IsBroken => _broken is not null;

    /// <summary>What broke it, or null.</summary>
    internal XmppConnectionException? Broken => _broken;

    /// <summary>Whether our XML stream was closed by <see cref="WriteStreamEndAsync(CancellationToken)"/>.</summary>
    public bool IsStreamEnded => _streamEnded;

    /// <summary>The default namespace that the peer's stream header declared (for example <c>jabber:client</c>), empty if it declared none; null before it was read.</summary>
    public string? PeerContentNamespace => _wire.PeerContentNamespace;

    /// <summary>Bytes taken in since the XML stream began, above the encryption.</summary>
    internal long BytesRead => _wire.BytesRead;

    /// <summary>Bytes given to the byte stream, above the encryption.</summary>
    internal long BytesWritten => Volatile.Read(ref _bytesWritten);

    /// <summary>The largest element that is sent, in bytes as written: what the caller allows, or less if the peer says so.</summary>
    internal int MaxElementBytes { get => _maxElementBytes; set => _maxElementBytes = Math.Min(value, _maxElementBytes); }

    /// <summary>Bytes that wait behind a write in progress.</summary>
    internal int QueuedBytes => _queued.Length;

    /// <summary>The TLS version in use, or "none".</summary>
    internal string Protocol => _wire.Stream is SslStream tls ? tls.SslProtocol.ToString() : "none";

    /// <summary>What the XML stream runs over, for channel binding.</summary>
    internal Stream Stream => _wire.Stream;

    /// <summary>Whether white space follows a flush that the peer's reads could cut. Default false, because none may be sent during STARTTLS and SASL (RFC 6120 §5.3.3, §6.3.5).</summary>
    public bool PadsFlushes { get; set; }

    /// <summary>The next node, or null when the peer closed the byte stream. Ill-formed input throws <see cref="XmppStreamException"/>, a broken byte stream <see cref="XmppConnectionException"/>.</summary>
    public ValueTask<XmppNode?> ReadAsync(CancellationToken cancellationToken = default) => _wire.ReadAsync(_lost, cancellationToken);

    /// <summary>Opens our XML stream; what is written next lives in <paramref name="contentNamespace"/>.</summary>
    public ValueTask WriteStreamStartAsync(string contentNamespace, string? from = null, string? to = null, string? id = null, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            ThrowIfUnwritable();
            _wire.WriteStreamStart(_queued, contentNamespace, from, to, id);
            _queued.EndMessage();
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
            Enqueue(element, _maxElementBytes);
        }

        return DepartAsync(cancellationToken);
    }

    internal static void RefuseOversize(XmppElement element, int bytes, int maxBytes)
    {
        if (bytes > maxBytes)
            throw new ArgumentException($"The <{element.Name}/> takes {bytes} bytes, more than the {maxBytes} that may be sent in one (MaxSentStanzaBytes, or less where the XMPP server bears less). Send less at a time.");
    }

    /// <summary>Writes an element as it would leave here; it stays with the caller.</summary>
    internal void Serialise(SendBuffer output, XmppElement element) => _wire.WriteElement(output, element);

    /// <summary>Queues one element that <see cref="Serialise"/> wrote, or that needs nothing around it; <see cref="FlushAsync"/> sends it.</summary>
    internal void Append(ReadOnlySpan<byte> xml)
    {
        lock (_gate)
        {
            ThrowIfUnwritable();
            _queued.Append(xml);
            _queued.EndMessage();
        }
    }

    /// <summary>Sees to it that what is queued leaves, and completes as <see cref="WriteAsync"/> does.</summary>
    internal ValueTask FlushAsync(CancellationToken cancellationToken) => DepartAsync(cancellationToken);

    /// <summary>As <see cref="Append(ReadOnlySpan{byte})"/>, with an element of our own: the largest size is for what others want sent, and must not silence the last words of a stream.</summary>
    internal void Append(XmppElement element)
    {
        lock (_gate)
        {
            ThrowIfUnwritable();
            Enqueue(element, int.MaxValue);
        }
    }

    /// <summary>As <see cref="Append(XmppElement)"/> within <paramref name="maxBytes"/>, on a stream that still takes it; else false, and nothing was done.</summary>
    internal bool TryAppend(XmppElement element, int maxBytes)
    {
        lock (_gate)
        {
            if (_broken is not null || _streamEnded)
                return false;
            Enqueue(element, maxBytes);
            return true;
        }
    }

    /// <summary>Sends an element of our own, of any size, without waiting for anything. A stream that is broken is left to the one who reads.</summary>
    internal void Post(XmppElement element)
    {
        if (TryAppend(element, int.MaxValue))
            Leave();
    }

    /// <summary>Whether <see cref="PostWhiteSpace"/> may be used.</summary>
    internal bool TakesWhiteSpace => _wire.TakesWhiteSpace;

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
    public ValueTask WriteStreamEndAsync(CancellationToken cancellationToken = default) => WriteStreamEndAsync(null, cancellationToken);

    /// <summary>As <see cref="WriteStreamEndAsync(CancellationToken)"/>, with an element of our own right before it, of any size. A second call does nothing, whoever makes it.</summary>
    internal ValueTask WriteStreamEndAsync(XmppElement? lastWord, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_streamEnded)
                return ValueTask.CompletedTask;
            ThrowIfUnwritable();
            if (lastWord is not null)
                Enqueue(lastWord, int.MaxValue);
            _wire.WriteStreamEnd(_queued);
            _queued.EndMessage();
            _streamEnded = true;
        }

        return DepartAsync(cancellationToken);
    }

    /// <summary>Forgets the reader's state before the peer's new stream header, after STARTTLS or SASL (RFC 6120 §5.4.3.3, §6.4.6). Bytes already buffered stay, unless <paramref name="requireEmpty"/>, which throws when there are any.</summary>
    public void Restart(bool requireEmpty = false) => _wire.Restart(requireEmpty);

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
        await _wire.DisposeAsync().ConfigureAwait(false);
        await _flush.ConfigureAwait(false);
        await _flushRest.ConfigureAwait(false);
    }

    private async Task StartTlsAsync(Func<SslStream, Task> handshake)
    {
        try
        {
            await _wire.StartTlsAsync(handshake).ConfigureAwait(false);
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            throw new XmppTlsException($"The TLS handshake failed{RemoteText.Reason(e.GetBaseException().Message)}. Check that this port speaks TLS 1.2 or later and has a certificate for this domain.", e);
        }
        catch (ObjectDisposedException e)
        {
            throw Lost(e);
        }
    }

    /// <summary>Sees to it that what is queued leaves: by the flush in progress, or else by this call.</summary>
    private ValueTask DepartAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_flushing && _queued.Length <= _highWaterBytes)
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
            await _wire.SendAsync(_departing, isPadded: PadsFlushes && !_streamEnded).ConfigureAwait(false);
            Volatile.Write(ref _bytesWritten, _bytesWritten + _departing.Length);
        }
        catch (Exception e)
        {
            // whatever it was, nobody knows how much of it left
            _ = Lost(e);
        }

        _departing.Clear();
    }

    /// <summary>Under the gate. An element that is refused leaves no trace.</summary>
    private void Enqueue(XmppElement element, int maxBytes)
    {
        var before = _queued.Length;
        try
        {
            _wire.WriteElement(_queued, element);
            RefuseOversize(element, _queued.Length - before, maxBytes);
            _queued.EndMessage();
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
}
