using ImageUtils.Errors;
using ImageUtils.Formats;

namespace ImageUtils.Safety;

/// <summary>What an image is, and the verdict on it.</summary>
public sealed class ImageInspection
{
    /// <summary>Makes the inspection's result.</summary>
    /// <param name="subject">The image id or path that a refusal names.</param>
    /// <param name="facts">What the bytes say.</param>
    /// <param name="checks">Every check that was made, in order.</param>
    public ImageInspection(string subject, ImageFacts facts, IReadOnlyList<ImageCheck> checks)
    {
        Subject = subject;
        Facts = facts;
        Checks = checks;
    }

    /// <summary>The image id or path that a refusal names.</summary>
    public string Subject { get; }

    /// <summary>What the bytes say.</summary>
    public ImageFacts Facts { get; }

    /// <summary>Every check that was made, in order.</summary>
    public IReadOnlyList<ImageCheck> Checks { get; }

    /// <summary>
    /// False where the reader had only a part of the image, and the checks needed more: what was made stays, the rest was not
    /// seen. A failed check is one for the whole image too.
    /// </summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>The ranges that were wanted and not there; with them, an inspection gets further. Empty where everything was there.</summary>
    public IReadOnlyList<Storage.ByteRange> Missing { get; init; } = [];

    /// <summary>True where no check failed.</summary>
    public bool IsAcceptable => Checks.All(check => check.Outcome != CheckOutcome.Failed);

    /// <summary>Refuses the image where a check failed.</summary>
    /// <returns>The inspection itself, for chaining.</returns>
    /// <exception cref="ImageUnacceptableException">At least one check failed; all of them are named.</exception>
    public ImageInspection ThrowIfUnacceptable()
    {
        ImageCheck[] failed = Checks.Where(check => check.Outcome == CheckOutcome.Failed).ToArray();
        return failed.Length == 0
            ? this
            : throw new ImageUnacceptableException(
                Subject,
                string.Join(" ", failed.Select(check => $"{check.Reason} [{check.Name}]")),
                failed);
    }
}
