using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>A file: written beside, moved into place.</summary>
internal sealed class FileTarget : IConversionTarget
{
    private readonly PartialFile _partial;

    /// <summary>Makes the file beside the destination.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="force">Whether one that is there is replaced.</param>
    public FileTarget(string path, bool force) => _partial = PartialFile.Create(path, force);

    /// <inheritdoc/>
    public string DestinationPath => _partial.DestinationPath;

    /// <inheritdoc/>
    public string WritePath => _partial.TemporaryPath;

    /// <inheritdoc/>
    public bool IsDevice => false;

    /// <inheritdoc/>
    public bool IsDirect => false;

    /// <inheritdoc/>
    public void CheckRoom(ConversionPlan plan, string subject) => ConversionDestination.CheckSpace(DestinationPath, plan.RequiredBytes);

    /// <inheritdoc/>
    public NoSpaceException NoSpace(Exception cause) => ConversionDestination.NoSpace(DestinationPath, cause);

    /// <inheritdoc/>
    public string? StateAfterFailure() => null;

    /// <inheritdoc/>
    public void BeginAgain() => _partial.Renew();

    /// <inheritdoc/>
    public IImageReader OpenResult() => FileImageReader.Open(WritePath);

    /// <inheritdoc/>
    public void Commit() => _partial.Commit();

    /// <inheritdoc/>
    public long BytesTaken(ConversionPlan plan) => FileIdentity.Of(DestinationPath)?.AllocatedBytes ?? 0;

    /// <inheritdoc/>
    public void Dispose() => _partial.Dispose();
}
