using ImageUtils.Errors;
using ImageUtils.Privilege;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>
/// What tells that a source is still the file that was inspected. Between the inspection and the conversion somebody could
/// put another image in its place, one with a backing file for example.
/// </summary>
/// <param name="Device">The file system.</param>
/// <param name="Inode">The file within it.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="LastWritten">When it was written last; a device does not say.</param>
/// <param name="Block">Where it is a block device, which one.</param>
internal sealed record SourceState(ulong Device, ulong Inode, long Length, DateTime LastWritten, BlockDevice? Block)
{
    /// <summary>Looks at a source, through links.</summary>
    /// <param name="path">The source.</param>
    /// <returns>Its state; null: it is not there.</returns>
    public static SourceState? Of(string path)
    {
        FileIdentity? identity = FileIdentity.TryOf(path);
        if (identity is { Kind: FileKind.BlockDevice })
        {
            return BlockDevice.Look(path) is { } block ? new SourceState(0, 0, block.SizeBytes, default, block) : null;
        }

        var file = new FileInfo(RealPath.Of(path));
        return identity is not null && file.Exists ? new SourceState(identity.Device, identity.Inode, file.Length, file.LastWriteTimeUtc, Block: null) : null;
    }

    /// <summary>Takes the state of a file that only root may read from the program that reads it.</summary>
    /// <param name="file">What the program says.</param>
    /// <param name="path">The source.</param>
    /// <returns>Its state.</returns>
    public static SourceState? Of(ServedFile file, string path) => file.Identity.Kind == FileKind.BlockDevice && BlockDevice.Look(path) is { } block
        ? new SourceState(0, 0, block.SizeBytes, default, block)
        : new SourceState(file.Identity.Device, file.Identity.Inode, file.Length, file.LastWritten, Block: null);

    /// <summary>Refuses a result whose source is not what it was.</summary>
    /// <param name="path">The source.</param>
    /// <param name="before">What it was before its inspection.</param>
    /// <param name="reader">Where only root may read it, what reads it; else null.</param>
    /// <exception cref="ConversionFailedException">It changed, was replaced, or is gone.</exception>
    public static void RequireUnchanged(string path, SourceState? before, RootImageReader? reader = null)
    {
        if (before != (reader is null ? Of(path) : Of(reader.LookAgain(), path)))
        {
            throw new ConversionFailedException(path, "the source changed while it was converted.");
        }
    }
}
