using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Privilege;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>
/// A file in a folder that only root may write: the program that reads for root makes it beside the destination, qemu-img
/// behind the root helper writes it, and that program moves it into place. What is written is judged here, without root.
/// </summary>
internal sealed class RootFileTarget : IConversionTarget
{
    private readonly RootImageReader _file;
    private readonly StagedRoom _room;

    private RootFileTarget(string path, RootImageReader file)
    {
        DestinationPath = path;
        _file = file;
        _room = file.Room!;
    }

    /// <inheritdoc/>
    public string DestinationPath { get; }

    /// <inheritdoc/>
    public string WritePath => _room.WritePath;

    /// <inheritdoc/>
    public bool IsDevice => false;

    /// <inheritdoc/>
    public bool IsDirect => false;

    /// <summary>Makes the file beside the destination.</summary>
    /// <param name="path">The destination.</param>
    /// <param name="force">Whether a regular file that is there is replaced.</param>
    /// <param name="context">The ports.</param>
    /// <returns>The target; the caller disposes of it.</returns>
    /// <exception cref="ImageUtilsException">It cannot be made, or the root helper cannot be used.</exception>
    public static RootFileTarget Open(string path, bool force, OperationContext context) => new(path, RootImageReader.Create(context, path, force));

    /// <inheritdoc/>
    public void RefuseSource(SourceState? source)
    {
        if (source is { Block: null } && _room.Existing is { } there && (source.Device, source.Inode) == (there.Device, there.Inode))
        {
            throw new DestinationIsSourceException(DestinationPath);
        }
    }

    /// <inheritdoc/>
    public void CheckRoom(ConversionPlan plan, string subject)
    {
        if (plan.RequiredBytes > _room.FreeBytes)
        {
            throw NoSpace(cause: null);
        }
    }

    /// <inheritdoc/>
    NoSpaceException IConversionTarget.NoSpace(Exception cause) => NoSpace(cause);

    /// <inheritdoc/>
    public string? StateAfterFailure() => null;

    /// <inheritdoc/>
    public IImageReader OpenResult()
    {
        _file.Refresh();
        return new SliceImageReader(_file, 0, _file.Length, DestinationPath);
    }

    /// <inheritdoc/>
    public void Commit() => _file.Commit();

    /// <inheritdoc/>
    public long BytesTaken(ConversionPlan plan) => _file.File.Identity.AllocatedBytes;

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private NoSpaceException NoSpace(Exception? cause) => new(_room.MountPoint, cause) { RecommendedAction = "Free some space there, or write to another file system." };
}
