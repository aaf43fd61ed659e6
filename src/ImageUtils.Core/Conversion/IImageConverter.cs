using ImageUtils.Formats;

namespace ImageUtils.Conversion;

/// <summary>Turns an image file into one of another format.</summary>
public interface IImageConverter
{
    /// <summary>
    /// Says whether a conversion could be done at all, before anything is downloaded for it.
    /// </summary>
    /// <param name="sourceFormat">The format the source will have.</param>
    /// <param name="request">The conversion; its source may still be empty.</param>
    /// <exception cref="Errors.ToolNotFoundException">A native program is needed and not there.</exception>
    /// <exception cref="Errors.NotSupportedOperationException">Nobody can do it.</exception>
    void EnsureCanConvert(DiskFormat sourceFormat, ConversionRequest request);

    /// <summary>Says whether there is room for a result, before anything is downloaded for it.</summary>
    /// <param name="facts">What is known of the source.</param>
    /// <param name="length">The number of its bytes.</param>
    /// <param name="request">The conversion; its source may still be empty.</param>
    /// <exception cref="Errors.NoSpaceException">The destination's file system has less than the result certainly takes.</exception>
    /// <exception cref="Errors.ImageTooBigException">The destination is a device that is too small.</exception>
    /// <exception cref="Errors.NotSupportedOperationException">Nobody can do it.</exception>
    void EnsureRoom(ImageFacts facts, long length, ConversionRequest request);

    /// <summary>Inspects the source, converts it, inspects the result, and moves it into place.</summary>
    /// <param name="request">The conversion.</param>
    /// <param name="cancellationToken">Ends it; nothing is left.</param>
    /// <returns>What was done.</returns>
    /// <exception cref="Errors.ImageUnacceptableException">Source or result break a rule.</exception>
    /// <exception cref="Errors.ConversionFailedException">There is no good result.</exception>
    Task<ImageConversionResult> ConvertAsync(ConversionRequest request, CancellationToken cancellationToken);
}
