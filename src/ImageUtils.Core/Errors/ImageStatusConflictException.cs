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

    /// <summary>The image.</summary>
    public string ImageId { get; }

    /// <summary>The status it has.</summary>
    public string Status { get; }

    /// <summary>The status it would need.</summary>
    public string RequiredStatus { get; }
}
