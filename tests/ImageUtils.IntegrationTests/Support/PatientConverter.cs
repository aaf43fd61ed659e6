using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;

namespace ImageUtils.IntegrationTests.Support;

/// <summary>
/// A converter for busy machines, on which qemu-img cannot measure the processor more often than the eight times that it is
/// asked again. Whatever else goes wrong is the test's affair.
/// </summary>
internal sealed class PatientConverter(OperationContext context) : IImageConverter
{
    private const int MostTries = 10;

    /// <summary>Tells that failure from every other.</summary>
    public static bool CouldNotMeasure(string said) => said.Contains("Unable to get accurate CPU usage", StringComparison.Ordinal);

    public void EnsureCanConvert(DiskFormat sourceFormat, ConversionRequest request) => new ImageConverter(context).EnsureCanConvert(sourceFormat, request);

    public void EnsureRoom(ImageFacts facts, long length, ConversionRequest request) => new ImageConverter(context).EnsureRoom(facts, length, request);

    public async Task<ImageConversionResult> ConvertAsync(ConversionRequest request, CancellationToken cancellationToken)
    {
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await new ImageConverter(context).ConvertAsync(request, cancellationToken);
            }
            catch (ConversionFailedException e) when (tries < MostTries && CouldNotMeasure(e.Message))
            {
                // Once more.
            }
        }
    }
}
