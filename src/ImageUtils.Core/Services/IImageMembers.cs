namespace ImageUtils.Services;

/// <summary>The projects with which images of the visibility <c>shared</c> are shared, and what they say of it.</summary>
public interface IImageMembers
{
    /// <summary>Lists the members of an image.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The members; to a member, only itself.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image.</exception>
    Task<IReadOnlyList<ImageMember>> ListAsync(string imageId, CancellationToken cancellationToken);

    /// <summary>Shares an image with a project.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The member, pending.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image.</exception>
    /// <exception cref="Errors.NotAuthorizedException">The image is not the caller's, or not shared.</exception>
    /// <exception cref="Errors.ImageStatusConflictException">The project is a member already.</exception>
    Task<ImageMember> AddAsync(string imageId, string projectId, CancellationToken cancellationToken);

    /// <summary>Says what a project makes of an image that is shared with it.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="status">accepted, rejected or pending.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The member as it is now.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image for the caller, or no such member of it.</exception>
    /// <exception cref="Errors.NotAuthorizedException">Only the project itself may say that.</exception>
    Task<ImageMember> AnswerAsync(string imageId, string projectId, string status, CancellationToken cancellationToken);

    /// <summary>Ends the sharing with a project.</summary>
    /// <param name="imageId">The image.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>A task that ends with the call.</returns>
    /// <exception cref="Errors.ImageNotFoundException">There is no such image, or no such member of it.</exception>
    Task RemoveAsync(string imageId, string projectId, CancellationToken cancellationToken);
}
