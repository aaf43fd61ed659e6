using ImageUtils.Storage;

namespace ImageUtils.Services;

/// <summary>Asks of the data of an upload that they are what the image's record says, as Glance does since its release of 2025.</summary>
public interface IUploadInspector
{
    /// <summary>Makes what looks at the data while they come.</summary>
    /// <param name="image">The image's record.</param>
    /// <param name="size">The number of bytes that were announced; null: none.</param>
    /// <param name="cancellationToken">Ends a judgement.</param>
    /// <returns>It takes each piece, in order, and throws <see cref="Errors.ImageUnacceptableException"/> where they are refused; null: nothing is asked of them.</returns>
    Action<ReadOnlyMemory<byte>>? Watch(ServiceImage image, long? size, CancellationToken cancellationToken);

    /// <summary>Judges the data once they are whole.</summary>
    /// <param name="image">The image's record.</param>
    /// <param name="data">The data.</param>
    /// <param name="cancellationToken">Ends the judgement.</param>
    /// <returns>The size in bytes of the disk in them; null: nothing was asked, or nothing says it.</returns>
    /// <exception cref="Errors.ImageUnacceptableException">They are unsafe, or not what the record says.</exception>
    long? Judge(ServiceImage image, IImageReader data, CancellationToken cancellationToken);
}
