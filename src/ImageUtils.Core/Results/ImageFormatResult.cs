using ImageUtils.Safety;

namespace ImageUtils;

/// <summary>The verdict of <c>Test-ImageFormat</c> and <c>imageutils check</c>.</summary>
public sealed record ImageFormatResult
{
    /// <summary>The full path of the file.</summary>
    public required string Path { get; init; }

    /// <summary>The format that was found.</summary>
    public required string Format { get; init; }

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
}
