namespace ImageUtils.Errors;

/// <summary>The image's status does not allow what was asked for (Glance answers 409).</summary>
public sealed class ImageStatusConflictException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="status">The status it has.</param>
    /// <param name="requiredStatus">The status it would need.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ImageStatusConflictException(string imageId, string status, string requiredStatus, Exception? innerException = null)
        : base("ImageStatusConflict", ErrorKind.ResourceBusy, $"Image {imageId} is {status}, but it must be {requiredStatus} for this.", innerException)
    {
        ImageId = imageId;
        Status = status;
        RequiredStatus = requiredStatus;
    }

    /// <summary>Makes the exception with what the service said, where the statuses are not known.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="reason">What the service said.</param>
    /// <param name="innerException">What it came from.</param>
    public ImageStatusConflictException(string imageId, string reason, Exception innerException)
        : base("ImageStatusConflict", ErrorKind.ResourceBusy, $"Image {imageId} is in a state that does not allow this: {reason}", innerException)
    {
        ImageId = imageId;
        Status = string.Empty;
        RequiredStatus = string.Empty;
    }

    /// <summary>The image.</summary>
    public string ImageId { get; }

    /// <summary>The status it has; empty: not told.</summary>
    public string Status { get; }

    /// <summary>The status it would need; empty: not told.</summary>
    public string RequiredStatus { get; }
}
