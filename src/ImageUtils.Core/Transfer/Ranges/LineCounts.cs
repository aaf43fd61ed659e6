namespace ImageUtils.Transfer.Ranges;

/// <summary>What the connections of one download did, counted together.</summary>
internal sealed class LineCounts
{
    private long _bytes;
    private int _resumes;

    /// <summary>The bytes that came, those passed over included.</summary>
    public long BytesMoved => Interlocked.Read(ref _bytes);

    /// <summary>How often a connection was taken up again after a break.</summary>
    public int Resumes => Volatile.Read(ref _resumes);

    /// <summary>Counts bytes.</summary>
    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>Counts a connection that is taken up again.</summary>
    public void AddResume() => Interlocked.Increment(ref _resumes);
}
