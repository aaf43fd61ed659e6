using System.Globalization;

namespace ImageUtils.Services.Http;

/// <summary>A good answer whose body is still to be read.</summary>
/// <param name="Message">Status and headers.</param>
/// <param name="Endpoint">Who answered.</param>
/// <param name="Watch">The time that is left.</param>
internal sealed record ServiceAnswer(HttpResponseMessage Message, Uri Endpoint, IdleWatch Watch)
{
    /// <summary>Reads the body whole.</summary>
    /// <param name="limit">The most bytes that are taken.</param>
    /// <param name="isCut">True: what is longer is cut; false: it is an error.</param>
    /// <returns>The body.</returns>
    /// <exception cref="InvalidDataException">It is longer.</exception>
    public async Task<byte[]> ReadAsync(int limit, bool isCut = false)
    {
        if (!isCut && Message.Content.Headers.ContentLength > limit)
        {
            throw TooLong(limit);
        }

        using var body = new MemoryStream();
        Stream stream = await Message.Content.ReadAsStreamAsync(Watch.Token).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            byte[] piece = new byte[16 * 1024];
            for (int read; (read = await stream.ReadAsync(piece, Watch.Token).ConfigureAwait(false)) > 0;)
            {
                Watch.Touch();
                body.Write(piece, 0, read);
                if (body.Length > limit)
                {
                    return isCut ? body.ToArray()[..limit] : throw TooLong(limit);
                }
            }
        }

        return body.ToArray();
    }

    private static InvalidDataException TooLong(int limit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"its answer is longer than {limit} bytes."));
}
