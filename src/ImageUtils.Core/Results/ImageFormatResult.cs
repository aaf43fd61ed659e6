using ImageUtils.Safety;

namespace ImageUtils;

/// <summary>The verdict of <c>Test-ImageFormat</c> and <c>imageutils check</c>.</summary>
public sealed record ImageFormatResult
{
    /// <summary>The full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The format that was found.</summary>
    public required string Format { get; init; }

    /// <summary>The format of the disk inside, where the file is a wrapper (gzip, zip, tar, OVA) that was opened; else null.</summary>
    public string? ContentFormat { get; init; }

    /// <summary>The format that was claimed, as given; null: no claim.</summary>
    public string? ClaimedFormat { get; init; }

    /// <summary>True where no check failed.</summary>
    public required bool IsAcceptable { get; init; }

    /// <summary>The size of the disk inside, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>For VHDs, which size was taken: <c>footer</c> or <c>chs</c>; null for other formats.</summary>
    public string? SizeSource { get; init; }

    /// <summary>Every check that was made.</summary>
    public required IReadOnlyList<ImageCheck> Checks { get; init; }

    /// <summary>Makes the result of an inspection.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="claimedFormat">The claim as given, or null.</param>
    /// <param name="inspection">The inspection.</param>
    /// <returns>The result.</returns>
    public static ImageFormatResult From(string path, string? claimedFormat, ImageInspection inspection) => new()
    {
        Path = path,
        Format = inspection.Facts.Format.Name,
        ContentFormat = inspection.Facts.InnerFormat?.Name,
        ClaimedFormat = claimedFormat,
        IsAcceptable = inspection.IsAcceptable,
        VirtualSize = inspection.Facts.VirtualSize,
        SizeSource = inspection.Facts.SizeSource,
        Checks = inspection.Checks,
    };
}
