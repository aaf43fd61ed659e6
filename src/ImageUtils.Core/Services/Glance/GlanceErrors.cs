using System.Net;
using ImageUtils.Errors;
using ImageUtils.Services.Http;

namespace ImageUtils.Services.Glance;

/// <summary>What Glance's refusals mean, as cinder's client has it, with what the server said.</summary>
internal static class GlanceErrors
{
    /// <summary>Turns a refusal about one image into an error.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="imageId">The image.</param>
    /// <param name="action">What was to be done, for example <c>delete</c>.</param>
    public static ImageUtilsException Explain(ServiceStatusException refusal, string imageId, string action)
    {
        string subject = $"{action} image {imageId}";
        return refusal.Status switch
        {
            HttpStatusCode.NotFound or HttpStatusCode.Gone => new ImageNotFoundException(imageId, refusal),
            HttpStatusCode.Conflict => new ImageStatusConflictException(imageId, refusal.Message, refusal),
            HttpStatusCode.UnsupportedMediaType => new ImageUnacceptableException(imageId, refusal.Message, innerException: refusal),
            HttpStatusCode.RequestedRangeNotSatisfiable => new ImageDownloadFailedException(imageId, refusal.Message, refusal),
            _ => Explain(refusal, subject),
        };
    }

    /// <summary>Turns a refusal about no image in particular into an error.</summary>
    /// <param name="refusal">The refusal.</param>
    /// <param name="subject">What was to be done.</param>
    public static ImageUtilsException Explain(ServiceStatusException refusal, string subject) => refusal.Status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new NotAuthorizedException(subject, refusal.Message, refusal),
        HttpStatusCode.BadRequest => new RequestRefusedException(subject, refusal.Message, refusal),
        HttpStatusCode.RequestEntityTooLarge => new ImageLimitExceededException(subject, refusal.Message, refusal),
        _ => new ServiceUnavailableException(refusal.Endpoint.OriginalString, refusal.Message, refusal),
    };
}
