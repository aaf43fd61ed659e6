using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Ranges;

/// <summary>The data of one image of a service that is reached over a network: judged by parts first, then read through breaks.</summary>
internal sealed class RemoteData
{
    /// <summary>Below this the whole costs no more than its parts.</summary>
    private const long WorthJudging = 4L << 20;
    private const int PieceSize = 8 << 20;

    private readonly IImageService _service;
    private readonly ServiceImage _image;
    private readonly OperationContext _context;
    private readonly int _connections;
    private readonly ImageDataVersion _version;
    private readonly LineCounts _counts = new();
    private volatile bool _isAsked;

    /// <summary>Makes it; nothing is sent.</summary>
    /// <param name="service">Where the image is.</param>
    /// <param name="image">The image.</param>
    /// <param name="context">Settings, inspector, log.</param>
    /// <param name="connections">How many connections may be used at once.</param>
    /// <param name="isHashPromised">True where the whole is held against a hash in the end.</param>
    public RemoteData(IImageService service, ServiceImage image, OperationContext context, int connections, bool isHashPromised)
    {
        _service = service;
        _image = image;
        _context = context;
        _connections = connections;
        _version = new ImageDataVersion(image.ImageId, isHashPromised);
        _version.Begin(image.Size);
    }

    /// <summary>How often a broken connection was taken up again.</summary>
    public int Resumes => _counts.Resumes;

    /// <summary>What tells these data from others; null: the service does not say.</summary>
    public string? Version => _version.Version;

    /// <summary>The server that says so, where there may be several; null: there is only one.</summary>
    public string? Host => _version.Host;

    /// <summary>Judges the image by a few parts of less than 1 MiB in all, where the service knows parts.</summary>
    /// <param name="request">What the data must be.</param>
    /// <param name="judge">Looks at what is known of them; null: nobody.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Errors.ImageUnacceptableException">They are refused, and nothing else was received.</exception>
    public async Task JudgeAsync(InspectionRequest request, Action<ImageFacts>? judge, CancellationToken cancellationToken)
    {
        if (_image.Size is not long length || length < WorthJudging)
        {
            return;
        }

        HeaderVerdict verdict = new(_context.Inspector, request, _image.ImageId, length);
        ImageInspection? inspection = await verdict.JudgeAsync(OpenAsync, cancellationToken).ConfigureAwait(false);
        _counts.Add(verdict.BytesMoved);
        if (inspection is null)
        {
            return;
        }

        inspection.ThrowIfUnacceptable();
        if (inspection.Facts.IsVirtualSizeKnown)
        {
            judge?.Invoke(inspection.Facts);
        }

        _context.Log.Verbose(FormattableString.Invariant($"Image {_image.ImageId} was judged by {verdict.BytesMoved} bytes before its download: {inspection.Facts.Format.Name}."));
    }

    /// <summary>Asks the server by one byte what its data are now, unless it said so already.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Errors.ImageDownloadFailedException">It does not answer.</exception>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        if (_isAsked || _image.Size is null or 0)
        {
            return;
        }

        ResumingStream stream = new(_image.ImageId, OpenAsync, 0, 1, _version, _counts, ResumePolicy.Of(_context.Options.RetryCount), _context.Log.Warning);
        await using (stream.ConfigureAwait(false))
        {
            await stream.ReadExactlyAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Opens the data.</summary>
    /// <param name="start">The first byte wanted.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A stream that goes on after breaks; the caller disposes of it.</returns>
    public async Task<Stream> OpenAsync(long start, CancellationToken cancellationToken)
    {
        ResumePolicy policy = ResumePolicy.Of(_context.Options.RetryCount);
        if (start == 0)
        {
            // What was judged ahead is judged once more when it is here, so another mirror, or another version, may give it.
            _version.Begin(_image.Size);
        }

        if (_connections > 1 && _image.Size is long length && length - start > PieceSize)
        {
            await AskAsync(cancellationToken).ConfigureAwait(false);
            if (!_version.KnowsParts)
            {
                _context.Log.Warning($"The server of {_image.ImageId} gives no parts; one connection is used.");
                return new ResumingStream(_image.ImageId, OpenAsync, start, null, _version, _counts, policy, _context.Log.Warning);
            }

            return new ParallelRangeStream(_image.ImageId, OpenAsync, start, length, _connections, PieceSize, _version, _counts, policy, _context.Log.Verbose);
        }

        return new ResumingStream(_image.ImageId, OpenAsync, start, null, _version, _counts, policy, _context.Log.Warning);
    }

    private async Task<ImageData> OpenAsync(long offset, long? length, CancellationToken cancellationToken)
    {
        ImageData data = await _service.OpenDataAsync(_image.ImageId, offset, length, cancellationToken).ConfigureAwait(false);
        try
        {
            _version.Require(data);
            _isAsked = true;
            return data;
        }
        catch
        {
            await data.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
