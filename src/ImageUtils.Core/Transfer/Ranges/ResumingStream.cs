using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Services;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Ranges;

/// <summary>
/// The data of an image as one stream that survives the network: where the line breaks or ends early, it goes
/// on with a range from where it was. A server without ranges begins anew, and what was seen already is passed over. Data
/// that changed meanwhile are refused, because the two halves would not belong together.
/// </summary>
internal sealed class ResumingStream : ForwardOnlyStream
{
    private const int SkipBuffer = 1 << 16;

    private readonly string _subject;
    private readonly ImageDataOpener _open;
    private readonly ResumePolicy _policy;
    private readonly LineCounts _counts;
    private readonly Action<string> _report;
    private readonly ImageDataVersion _version;
    private readonly long? _end;
    private ImageData? _part;
    private long _position;
    private bool _hasBegun;
    private int _breaks;
    private int _attemptsInVain;

    /// <summary>Makes the stream; nothing is opened yet.</summary>
    /// <param name="subject">The image id or address, for errors.</param>
    /// <param name="open">Opens the data.</param>
    /// <param name="start">The first byte wanted.</param>
    /// <param name="count">How many bytes; null: to the end of the image.</param>
    /// <param name="version">What is known of the data; shared by all streams of one download.</param>
    /// <param name="counts">Counts what it does.</param>
    /// <param name="policy">How patient it is.</param>
    /// <param name="report">Hears of each break.</param>
    public ResumingStream(string subject, ImageDataOpener open, long start, long? count, ImageDataVersion version, LineCounts counts, ResumePolicy policy, Action<string> report)
    {
        _subject = subject;
        _open = open;
        _version = version;
        _counts = counts;
        _position = start;
        _end = start + count;
        _policy = policy;
        _report = report;
    }

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= _end)
        {
            return 0;
        }

        while (true)
        {
            try
            {
                if (_part is null && _position >= _version.TotalLength)
                {
                    // The line broke after the last byte, or an earlier download had all of them.
                    return 0;
                }

                _part ??= await OpenAsync(cancellationToken).ConfigureAwait(false);
                int wanted = (int)Math.Min(buffer.Length, (_end ?? long.MaxValue) - _position);
                int count = await _part.Stream.ReadAsync(buffer[..wanted], cancellationToken).ConfigureAwait(false);
                if (count > 0)
                {
                    _position += count;
                    _counts.Add(count);
                    _hasBegun = true;
                    _attemptsInVain = 0;
                    return count;
                }

                if (_position >= (_end ?? _version.TotalLength ?? _position))
                {
                    return 0;
                }

                throw new EndOfStreamException(string.Create(CultureInfo.InvariantCulture, $"the data ended after {_position} bytes"));
            }
            catch (Exception e) when (e is IOException || (e is ServiceUnavailableException && _hasBegun))
            {
                // A server that cannot be reached at all was tried often enough already.
                await RecoverAsync(e, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _part?.Stream.Dispose();
            _part = null;
        }

        base.Dispose(disposing);
    }

    private async Task<ImageData> OpenAsync(CancellationToken cancellationToken)
    {
        ImageData part = await _open(_position, _end - _position, cancellationToken).ConfigureAwait(false);
        try
        {
            _version.Require(part);
            if (part.Offset > _position)
            {
                throw new ImageDownloadFailedException(_subject, "the server answered with another range than was asked for.");
            }

            if (part.Offset < _position && _end is not null)
            {
                // For one piece of many, all that comes before it would move each time.
                throw new ImageDownloadFailedException(_subject, "the server gives no parts any more.") { IsInterrupted = true };
            }

            await SkipAsync(part, cancellationToken).ConfigureAwait(false);
            return part;
        }
        catch
        {
            await part.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>A server without ranges gives all of it again.</summary>
    private async Task SkipAsync(ImageData part, CancellationToken cancellationToken)
    {
        long left = _position - part.Offset;
        byte[] buffer = left > 0 ? new byte[SkipBuffer] : [];
        while (left > 0)
        {
            int wanted = (int)Math.Min(buffer.Length, left);
            int count = await part.Stream.ReadAsync(buffer.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                throw new EndOfStreamException("the data ended before the place where the download was to go on");
            }

            left -= count;
            _counts.Add(count);
        }
    }

    private async Task RecoverAsync(Exception cause, CancellationToken cancellationToken)
    {
        await CloseAsync().ConfigureAwait(false);
        _attemptsInVain++;
        _breaks++;
        if (_attemptsInVain > _policy.Retries || _breaks > ResumePolicy.MostBreaks)
        {
            throw new ImageDownloadFailedException(
                _subject,
                string.Create(CultureInfo.InvariantCulture, $"{cause.Message.TrimEnd('.')}, after {_position} bytes and {_breaks - 1} attempts to go on."),
                cause) { IsInterrupted = true };
        }

        _report(string.Create(CultureInfo.InvariantCulture, $"The download of {_subject} broke after {_position} bytes and goes on: {cause.Message}"));
        await Task.Delay(_policy.PauseBefore(_attemptsInVain), cancellationToken).ConfigureAwait(false);
        _counts.AddResume();
    }

    private async ValueTask CloseAsync()
    {
        if (_part is not null)
        {
            await _part.DisposeAsync().ConfigureAwait(false);
            _part = null;
        }
    }
}
