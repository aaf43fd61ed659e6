using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Formats.Vhd;
using ImageUtils.Storage;

namespace ImageUtils.Chains;

/// <summary>Where a merged disk goes, and what it is.</summary>
/// <param name="Path">The full path of the result; for a merge into the base empty until the base is known.</param>
/// <param name="Format">Its format.</param>
/// <param name="IsFixed">True for a fixed VHD.</param>
/// <param name="Force">True: what stands there is overwritten.</param>
/// <param name="IsBase">True: the last link is merged into.</param>
internal sealed record MergeTarget(string Path, DiskFormat Format, bool IsFixed, bool Force, bool IsBase)
{
    /// <summary>Finds the target of a request, and refuses requests that make no sense.</summary>
    /// <param name="request">The request.</param>
    /// <returns>The target.</returns>
    /// <exception cref="ArgumentException">The request makes no sense.</exception>
    /// <exception cref="NotSupportedOperationException">The format is none that can be written.</exception>
    public static MergeTarget Of(VhdMergeRequest request)
    {
        request.Source.RequireOne();
        if (request.DestinationPath is null != request.InPlace)
        {
            throw new ArgumentException("Give either a destination, or in place.", nameof(request));
        }

        if (request.OutputFormat != DiskFormat.Vhd && request.OutputFormat != DiskFormat.Raw)
        {
            throw new NotSupportedOperationException($"A chain of VHDs is merged to vhd or raw; Convert-VolumeImage makes {request.OutputFormat} of it then.");
        }

        bool isFixed = string.Equals(request.OutputSubformat, "fixed", StringComparison.OrdinalIgnoreCase);
        bool isKnown = isFixed || string.IsNullOrEmpty(request.OutputSubformat) || string.Equals(request.OutputSubformat, "dynamic", StringComparison.OrdinalIgnoreCase);
        if (!isKnown || (request.OutputFormat == DiskFormat.Raw && !string.IsNullOrEmpty(request.OutputSubformat)))
        {
            throw new NotSupportedOperationException($"'{request.OutputSubformat}' is no subformat of {request.OutputFormat} that can be written. Known for vhd: dynamic, fixed.");
        }

        if (request.InPlace && (isFixed || request.OutputFormat == DiskFormat.Raw))
        {
            throw new ArgumentException("What is merged in place stays the VHD that it is; for another format give a destination.", nameof(request));
        }

        if (request.InPlace)
        {
            string place = request.Source.ArchivePath is { } archive ? RealPath.Of(archive) : string.Empty;
            return new MergeTarget(place, request.OutputFormat, isFixed, Force: true, IsBase: place.Length == 0);
        }

        return new MergeTarget(System.IO.Path.GetFullPath(request.DestinationPath!), request.OutputFormat, isFixed, request.Force, IsBase: false);
    }

    /// <summary>Refuses to write over what is read.</summary>
    /// <param name="sources">The files that are read.</param>
    /// <exception cref="DestinationIsSourceException">The target is one of them, also through a link.</exception>
    public void RequireOther(IEnumerable<string> sources)
    {
        foreach (string source in sources)
        {
            ConversionDestination.Check(source, Path);
        }
    }

    /// <summary>Opens the writer of the result.</summary>
    /// <param name="path">The file, which must be there; what is in it is cut off.</param>
    /// <param name="virtualSize">The size of the disk in bytes.</param>
    /// <returns>The writer.</returns>
    public IDiskWriter OpenWriter(string path, long virtualSize) => Format == DiskFormat.Raw
        ? new RawDiskWriter(path, virtualSize)
        : IsFixed ? new VhdFixedWriter(path, virtualSize) : new VhdDynamicWriter(path, virtualSize);
}
