using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Ranges;

/// <summary>A verdict on an image at a server, by the parts that an inspection asks for: headers, tables and footers.</summary>
internal sealed class HeaderVerdict
{
    private const int FirstPart = 64 * 1024;
    private const int SmallestPart = 4096;
    private const int MostBytes = 1 << 20;
    private const int MostParts = 24;

    private readonly IImageInspector _inspector;
    private readonly InspectionRequest _request;
    private readonly long _length;
    private readonly string _subject;
    private int _asked;

    /// <summary>Makes it; nothing is sent.</summary>
    /// <param name="inspector">Who judges.</param>
    /// <param name="request">What the image must be.</param>
    /// <param name="subject">What errors call it.</param>
    /// <param name="length">The number of its bytes.</param>
    public HeaderVerdict(IImageInspector inspector, InspectionRequest request, string subject, long length)
    {
        _inspector = inspector;
        _request = request with { Depth = InspectionDepth.Metadata };
        _length = length;
        _subject = subject;
    }

    /// <summary>The bytes that came.</summary>
    public long BytesMoved { get; private set; }

    /// <summary>Judges the image.</summary>
    /// <param name="open">Opens a part of it.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The verdict, which is complete or says so; null: the server knows no parts, or the line broke.</returns>
    public async Task<ImageInspection?> JudgeAsync(ImageDataOpener open, CancellationToken cancellationToken)
    {
        using PartialImageReader parts = new(_length, _subject);
        try
        {
            if (!await AddAsync(parts, open, 0, FirstPart, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }

            ImageInspection inspection = _inspector.Inspect(parts, _request, cancellationToken);
            while (inspection is { IsAcceptable: true, Missing.Count: > 0 })
            {
                long before = BytesMoved;
                foreach (ByteRange missing in inspection.Missing)
                {
                    if (!await AddMissingAsync(parts, open, missing, cancellationToken).ConfigureAwait(false))
                    {
                        return inspection;
                    }
                }

                if (BytesMoved == before)
                {
                    return inspection;
                }

                inspection = _inspector.Inspect(parts, _request, cancellationToken);
            }

            return inspection;
        }
        catch (IOException)
        {
            // The download itself is the one that is patient; it judges once more.
            return null;
        }
    }

    private async Task<bool> AddMissingAsync(PartialImageReader parts, ImageDataOpener open, ByteRange missing, CancellationToken cancellationToken)
    {
        // A little more than was asked for: the next question is often about what follows.
        long end = Math.Min(_length, Math.Max(missing.End, missing.Offset + SmallestPart));
        long count = end - missing.Offset;
        return count <= 0
            || parts.Has(missing.Offset, (int)Math.Min(count, MostBytes))
            || (count <= MostBytes - BytesMoved && await AddAsync(parts, open, missing.Offset, (int)count, cancellationToken).ConfigureAwait(false));
    }

    private async Task<bool> AddAsync(PartialImageReader parts, ImageDataOpener open, long offset, int count, CancellationToken cancellationToken)
    {
        if (++_asked > MostParts)
        {
            return false;
        }

        ImageData data = await open(offset, count, cancellationToken).ConfigureAwait(false);
        await using (data.ConfigureAwait(false))
        {
            if (data.Offset != offset || data.Length is not long length || length > count)
            {
                return false;
            }

            byte[] bytes = new byte[count];
            int read = await data.Stream.ReadAtLeastAsync(bytes, count, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            BytesMoved += read;
            parts.Add(offset, bytes.AsMemory(0, read));
            return read == count;
        }
    }
}
