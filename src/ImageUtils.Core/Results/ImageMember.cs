namespace ImageUtils;

/// <summary>A project with which an image is shared.</summary>
/// <param name="ImageId">The image.</param>
/// <param name="MemberId">The project's id.</param>
/// <param name="Status">pending, accepted or rejected: what the project said of it. Only accepted images stand in its listings.</param>
public sealed record ImageMember(string ImageId, string MemberId, string Status);
