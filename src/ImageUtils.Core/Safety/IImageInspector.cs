using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>Says what an image is and whether it may be used, from its bytes alone; never starts a program.</summary>
public interface IImageInspector
{
    /// <summary>Inspects a file or a block device.</summary>
    /// <param name="path">The full path; a path is a path, whatever its name looks like.</param>
    /// <param name="request">The claim and what is allowed.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <returns>Facts and verdict, also when the verdict is bad.</returns>
    /// <exception cref="Errors.PathNotFoundException">There is no such file.</exception>
    /// <exception cref="Errors.ImageUnreadableException">It cannot be opened, or is a directory, a pipe, a socket or a character device.</exception>
    ImageInspection Inspect(string path, InspectionRequest request, CancellationToken cancellationToken);

    /// <summary>Inspects bytes that come from anywhere.</summary>
    /// <param name="reader">The bytes.</param>
    /// <param name="request">The claim and what is allowed.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <returns>Facts and verdict, also when the verdict is bad.</returns>
    ImageInspection Inspect(IImageReader reader, InspectionRequest request, CancellationToken cancellationToken);
}
