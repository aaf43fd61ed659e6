using ImageUtils.Formats;

namespace ImageUtils.Safety;

/// <summary>Makes what <c>Get-QemuImageInfo</c> says from what our own inspection found.</summary>
public static class QemuImageInfoFactory
{
    private const string Engine = "managed";

    /// <summary>Maps an inspection; nothing is read.</summary>
    /// <param name="path">The full path of the image.</param>
    /// <param name="inspection">What was found.</param>
    /// <param name="actualSize">The space that the file takes, in bytes (<see cref="Storage.AllocatedSize"/>).</param>
    /// <returns>The information.</returns>
    public static QemuImageInfo FromInspection(string path, ImageInspection inspection, long actualSize)
    {
        ImageFacts facts = inspection.Facts;
        return new QemuImageInfo
        {
            Path = path,
            Format = facts.Format.Name,
            VirtualSize = facts.VirtualSize,
            ActualSize = actualSize,
            ClusterSize = facts.ClusterSize,
            BackingFile = facts.BackingFile,
            BackingFormat = facts.BackingFormat,
            FullBackingFile = facts.BackingFile is string backing ? BackingFileName.Resolve(path, backing) : null,
            DataFile = facts.DataFile,
            IsEncrypted = facts.IsEncrypted,
            IsDirty = facts.IsDirty,
            IsSafe = inspection.IsAcceptable,
            SizeSource = facts.SizeSource,
            Snapshots = facts.Snapshots,
            FormatSpecific = facts.FormatSpecific,
            Engine = Engine,
        };
    }
}
