using ImageUtils.Conversion;
using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Support;

/// <summary>A converter that puts the format's word in front of the bytes.</summary>
public sealed class FakeConverter : IImageConverter
{
    public List<ConversionRequest> Requests { get; } = [];

    public Exception? RefuseBefore { get; set; }

    public Exception? FailWith { get; set; }

    /// <summary>How many bytes of source there is room for.</summary>
    public long Room { get; set; } = long.MaxValue;

    public string? WriteFormat { get; set; }

    public void EnsureCanConvert(DiskFormat sourceFormat, ConversionRequest request)
    {
        if (RefuseBefore is not null)
        {
            throw RefuseBefore;
        }
    }

    public void EnsureRoom(ImageFacts facts, long length, ConversionRequest request)
    {
        if (length > Room)
        {
            throw new NoSpaceException(request.DestinationPath);
        }
    }

    public async Task<ImageConversionResult> ConvertAsync(ConversionRequest request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        if (FailWith is not null)
        {
            throw FailWith;
        }

        byte[] source = await File.ReadAllBytesAsync(request.SourcePath, cancellationToken);
        string word = WriteFormat ?? (request.OutputFormat == DiskFormat.Raw ? string.Empty : request.OutputFormat.Name + ":");
        using (PartialFile partial = PartialFile.Create(request.DestinationPath, request.Force))
        {
            await File.WriteAllBytesAsync(partial.TemporaryPath, [.. System.Text.Encoding.ASCII.GetBytes(word), .. source], cancellationToken);
            partial.Commit();
        }

        return new ImageConversionResult
        {
            Path = request.DestinationPath,
            SourcePath = request.SourcePath,
            SourceFormat = request.SourceFormat ?? "raw",
            Format = request.OutputFormat.Name,
            VirtualSize = source.Length,
            BytesRead = source.Length,
            BytesWritten = source.Length,
            Engine = "managed",
            Duration = TimeSpan.Zero,
            AverageBytesPerSecond = 0,
        };
    }
}
