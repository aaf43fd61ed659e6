using ImageUtils.Formats;
using ImageUtils.Safety.Rules;
using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>Adds to findings what every one of them can have: the bytes at their place, and what stands behind the rules of the format.</summary>
internal static class CheckEvidence
{
    private const int EvidenceSize = 32;

    /// <summary>Completes failed checks and warnings; what a rule gave itself stays.</summary>
    /// <param name="checks">The checks.</param>
    /// <param name="reader">The bytes.</param>
    /// <param name="format">The format that was judged.</param>
    /// <returns>The checks, in order.</returns>
    public static IReadOnlyList<ImageCheck> Complete(IReadOnlyList<ImageCheck> checks, IImageReader reader, DiskFormat format) =>
        [.. checks.Select(check => check.Outcome is CheckOutcome.Failed or CheckOutcome.Warning ? Complete(check, reader, format) : check)];

    private static ImageCheck Complete(ImageCheck check, IImageReader reader, DiskFormat format)
    {
        string? evidence = check.Evidence;
        if (evidence is null && check.Offset is long offset)
        {
            // Where only a part of an image is there, its length may not be known either.
            byte[]? bytes = reader.IfHere(here => here.ReadArray(offset, EvidenceSize));
            evidence = bytes is not { Length: > 0 } ? null : Convert.ToHexStringLower(bytes);
        }

        return check with { Evidence = evidence, Reference = check.Reference ?? References.Of(format) };
    }
}
