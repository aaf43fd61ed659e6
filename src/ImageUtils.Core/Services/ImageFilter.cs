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

    /// <summary>Who sees it: public, private, shared or community; null: any. Community images of others are listed only where they are asked for.</summary>
    public string? Visibility { get; init; }

    /// <summary>What the caller's project said of images that others share with it: accepted, pending, rejected, or <c>all</c>; null: accepted.</summary>
    public string? MemberStatus { get; init; }

    /// <summary>Free words that it must have, all of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Says whether an image passes; <see cref="MemberStatus"/> is a matter of the service.</summary>
    /// <param name="image">The image.</param>
    /// <returns>True where every set property matches.</returns>
    public bool Matches(ServiceImage image) =>
        Same(Name, image.Name) && Same(Status, image.Status) && Same(DiskFormat, image.DiskFormat) && Same(ContainerFormat, image.ContainerFormat)
        && Same(Visibility, image.Visibility) && Tags.All(tag => image.Tags.Contains(tag, StringComparer.Ordinal));

    private static bool Same(string? wanted, string? actual) =>
        wanted is null || string.Equals(wanted, actual, StringComparison.Ordinal);
}
