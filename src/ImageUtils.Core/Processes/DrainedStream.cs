namespace ImageUtils.Processes;

/// <summary>
/// Reads one stream of a program to its end, so that the program never waits for us, and keeps a bounded part of it.
/// </summary>
internal sealed class DrainedStream
{
    private const int PieceSize = 16 << 10;

    private readonly TextReader _reader;
    private readonly BoundedText _kept;
    private readonly Action<ReadOnlyMemory<char>>? _listener;
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private long _count;
    private bool _isClosed;

    /// <summary>Begins to read.</summary>
    /// <param name="reader">The stream.</param>
    /// <param name="kept">Where a part of it is kept.</param>
    /// <param name="listener">Is given each piece as it comes; null: nobody.</param>
    public DrainedStream(TextReader reader, BoundedText kept, Action<ReadOnlyMemory<char>>? listener)
    {
        _reader = reader;
        _kept = kept;
        _listener = listener;
        Finished = Task.Run(ReadAsync);
    }

    /// <summary>The end of the stream; faulted where the listener failed.</summary>
    public Task Finished { get; }

    /// <summary>Ends when the listener fails, so that the program can be stopped; else never.</summary>
    public Task Failed => _failed.Task;

    /// <summary>The number of characters so far.</summary>
    public long Count => Interlocked.Read(ref _count);

    /// <summary>What was kept so far.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
            {
                return _kept.ToString();
            }
        }
    }

    /// <summary>Listens no longer, although the stream is still open.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    private async Task ReadAsync()
    {
        char[] buffer = new char[PieceSize];
        try
        {
            while (true)
            {
                int length = await _reader.ReadAsync(buffer.AsMemory()).ConfigureAwait(false);
                if (length == 0)
                {
                    return;
                }

                lock (_gate)
                {
                    if (_isClosed)
                    {
                        return;
                    }

                    _kept.Append(buffer.AsSpan(0, length));
                    Interlocked.Add(ref _count, length);
                    _listener?.Invoke(buffer.AsMemory(0, length));
                }
            }
        }
        catch (Exception e) when (e is ObjectDisposedException or IOException)
        {
            // The pipe was closed under us after the program's end.
        }
        catch
        {
            _failed.TrySetResult();
            throw;
        }
    }
}
