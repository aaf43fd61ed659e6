namespace ImageUtils.Storage;

/// <summary>One run through packed data, forward only.</summary>
internal interface IUnpackingSequence : IDisposable
{
    /// <summary>True when the data have come to their end, and not only the packed bytes.</summary>
    bool IsFinished { get; }

    /// <summary>The packed bytes that were taken.</summary>
    long Consumed { get; }

    /// <summary>The bytes that came out.</summary>
    long Produced { get; }

    /// <summary>Unpacks the next bytes.</summary>
    /// <param name="buffer">Where they go.</param>
    /// <returns>Their number; fewer than the buffer holds only at the end of the data or of the packed bytes.</returns>
    /// <exception cref="UnpackingException">The packed bytes are damaged.</exception>
    int Read(Span<byte> buffer);
}
