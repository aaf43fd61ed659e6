namespace ImageUtils.Services;

/// <summary>Which images a listing gives; every property that is set must match.</summary>
public sealed record ImageFilter
{
    /// <summary>All images.</summary>
    public static ImageFilter All { get; } = new();

    /// <summary>The exact name; null: any.</summary>
    public string? Name { get; init; }

    /// <summary>The status; null: any.</summary>
    public string? Status { get; init; }

    /// <summary>The disk format as the service names it; null: any.</summary>
    public string? DiskFormat { get; init; }

    /// <summary>The container format; null: any.</summary>
    public string? ContainerFormat { get; init; }

    /// <summary>Says whether an image passes.</summary>
    /// <param name="image">The image.</param>
    /// <returns>True where every set property matches.</returns>
    public bool Matches(ServiceImage image) =>
        Same(Name, image.Name) && Same(Status, image.Status) && Same(DiskFormat, image.DiskFormat) && Same(ContainerFormat, image.ContainerFormat);

    private static bool Same(string? wanted, string? actual) =>
        wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);
}
