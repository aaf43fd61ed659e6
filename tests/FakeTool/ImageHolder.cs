using ImageUtils.Configuration;
using ImageUtils.Operations;
using ImageUtils.Services;
using ImageUtils.Services.Local;
using ImageUtils.Transfer;

namespace FakeTool;

/// <summary>Another process that uses a temporary image.</summary>
internal static class ImageHolder
{
    /// <summary>Opens the image, says where it is, and keeps it until its input ends.</summary>
    public static async Task<int> HoldAsync(string images, string conversion, string imageId)
    {
        using TemporaryImage image = await Images(images, conversion, service => service).OpenAsync(imageId, CancellationToken.None);
        Console.WriteLine(image.Path);
        await Console.In.ReadToEndAsync();
        return 0;
    }

    /// <summary>Begins to download the image, says so, and never ends.</summary>
    public static async Task<int> StallAsync(string images, string conversion, string imageId)
    {
        await Images(images, conversion, StalledService.Over).OpenAsync(imageId, CancellationToken.None);
        return 1;
    }

    private static TemporaryImages Images(string images, string conversion, Func<IImageService, IImageService> wrap)
    {
        var options = new ImageUtilsOptions { ImageConversionDirectory = conversion, LocalImageDirectory = images };
        return new TemporaryImages(OperationContext.Create(options, SilentLog.Instance, progress: null), wrap(new LocalImageService(images)));
    }
}
