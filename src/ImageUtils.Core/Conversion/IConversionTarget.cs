using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>Where a conversion writes: a file that appears whole or not at all, or a device that is written in place.</summary>
internal interface IConversionTarget : IDisposable
{
    /// <summary>The destination as the user named it, as a full path.</summary>
    string DestinationPath { get; }

    /// <summary>What is written until <see cref="Commit"/>.</summary>
    string WritePath { get; }

    /// <summary>True for a block device: it holds something already, and cannot be put back.</summary>
    bool IsDevice { get; }

    /// <summary>True where it is to be written around the page cache.</summary>
    bool IsDirect { get; }

    /// <summary>Refuses a plan for which there is no room, before anything is written.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="subject">The image id or path that a refusal names.</param>
    /// <exception cref="NoSpaceException">The file system has too little.</exception>
    /// <exception cref="ImageTooBigException">The device is too small.</exception>
    void CheckRoom(ConversionPlan plan, string subject);

    /// <summary>The error for a target that was full.</summary>
    /// <param name="cause">What it came from.</param>
    /// <returns>The error.</returns>
    NoSpaceException NoSpace(Exception cause);

    /// <summary>What is to be said of the target after a failure on the way; null: nothing, it is as it was.</summary>
    /// <returns>A sentence.</returns>
    string? StateAfterFailure();

    /// <summary>Refuses a destination that is the source, where nobody could see that before the target was open.</summary>
    /// <param name="source">The source.</param>
    /// <exception cref="Errors.DestinationIsSourceException">It is.</exception>
    void RefuseSource(SourceState? source)
    {
        // Most destinations were compared by their path.
    }

    /// <summary>Is told that a tool failed, and will be asked once more.</summary>
    void BeginAgain()
    {
        // Most targets are there whatever a tool does.
    }

    /// <summary>Makes the result last: moved into place, or flushed to the device.</summary>
    void Commit();

    /// <summary>Opens what was written, to be looked at; before <see cref="Commit"/>.</summary>
    /// <returns>The bytes; the caller disposes of the reader.</returns>
    IImageReader OpenResult();

    /// <summary>The bytes that the result takes.</summary>
    /// <param name="plan">The plan that was carried out.</param>
    /// <returns>Bytes.</returns>
    long BytesTaken(ConversionPlan plan);
}
