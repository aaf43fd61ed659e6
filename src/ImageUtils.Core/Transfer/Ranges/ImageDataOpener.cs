using ImageUtils.Services;

namespace ImageUtils.Transfer.Ranges;

/// <summary>Opens a part of the data of one image.</summary>
/// <param name="offset">The first byte.</param>
/// <param name="length">How many bytes; null: to the end.</param>
/// <param name="cancellationToken">Ends the wait.</param>
/// <returns>The data; they may begin at 0 where the server knows no parts. The caller disposes of them.</returns>
internal delegate Task<ImageData> ImageDataOpener(long offset, long? length, CancellationToken cancellationToken);
