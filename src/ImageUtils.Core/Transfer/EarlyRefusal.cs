using ImageUtils.Errors;
using ImageUtils.Safety;

namespace ImageUtils.Transfer;

/// <summary>
/// Refuses data by their first mebibyte, while they come, and not after their gigabytes. What passes here is inspected again
/// when it is whole.
/// </summary>
internal static class EarlyRefusal
{
    /// <summary>Makes what looks at each piece.</summary>
    /// <param name="inspector">Who judges.</param>
    /// <param name="request">What the data must be; null: nothing is asked.</param>
    /// <param name="name">What errors call the data.</param>
    /// <param name="length">The number of bytes that were promised; null: none.</param>
    /// <param name="cancellationToken">Ends a judgement.</param>
    /// <returns>It throws <see cref="ImageUnacceptableException"/> where the data are refused; null: there is nothing to ask.</returns>
    public static Action<ReadOnlyMemory<byte>>? Of(IImageInspector inspector, InspectionRequest? request, string name, long? length, CancellationToken cancellationToken)
    {
        if (request is null)
        {
            return null;
        }

        var stream = new StreamInspection(inspector, request, name, length);
        return piece => stream.Append(piece.Span, cancellationToken)?.ThrowIfUnacceptable();
    }
}
