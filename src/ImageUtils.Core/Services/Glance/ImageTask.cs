namespace ImageUtils.Services.Glance;

/// <summary>Something that Glance does with an image on its own time.</summary>
/// <param name="TaskId">The task's id.</param>
/// <param name="Type">The kind, for example <c>api_image_import</c>.</param>
/// <param name="Status">pending, processing, success or failure.</param>
/// <param name="Message">What is said of it; empty: nothing.</param>
/// <param name="CreatedAt">When it was made, in UTC.</param>
public sealed record ImageTask(string TaskId, string Type, string Status, string Message, DateTime CreatedAt)
{
    /// <summary>True where it ended badly.</summary>
    public bool IsFailed => string.Equals(Status, "failure", StringComparison.Ordinal);

    /// <summary>True where it is not over.</summary>
    public bool IsRunning => Status is "pending" or "processing";
}
