namespace ImageUtils;

/// <summary>Something that an image service does with an image on its own time, for example an import.</summary>
public sealed record ImageTask
{
    /// <summary>The task's id.</summary>
    public required string TaskId { get; init; }

    /// <summary>The image.</summary>
    public required string ImageId { get; init; }

    /// <summary>The kind, for example <c>api_image_import</c>.</summary>
    public required string Type { get; init; }

    /// <summary>pending, processing, success or failure.</summary>
    public required string Status { get; init; }

    /// <summary>What the service says of it; null: nothing.</summary>
    public string? Message { get; init; }

    /// <summary>When it was made, in UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>When the service last said something of it, in UTC; null: not told.</summary>
    public DateTime? UpdatedAt { get; init; }

    /// <summary>True where it ended badly.</summary>
    public bool IsFailed => string.Equals(Status, "failure", StringComparison.Ordinal);

    /// <summary>True where it is not over.</summary>
    public bool IsRunning => Status is "pending" or "processing";
}
