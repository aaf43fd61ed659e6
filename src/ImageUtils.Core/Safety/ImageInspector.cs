using ImageUtils.Formats;
using ImageUtils.Safety.Rules;
using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>
/// The inspector: finds every format in the bytes, reads the one that counts, holds it against its rules, the claim and
/// the volume. It has no state, starts no program and opens no file but the one that is named.
/// </summary>
public sealed class ImageInspector : IImageInspector
{
    /// <inheritdoc/>
    public ImageInspection Inspect(string path, InspectionRequest request, CancellationToken cancellationToken)
    {
        RefuseUnknownNames(request);
        using FileImageReader reader = FileImageReader.Open(path);
        return Inspect(reader, request, cancellationToken);
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException"><see cref="InspectionRequest.IgnoreChecks"/> names a check that there is not.</exception>
    public ImageInspection Inspect(IImageReader reader, InspectionRequest request, CancellationToken cancellationToken)
    {
        RefuseUnknownNames(request);
        cancellationToken.ThrowIfCancellationRequested();
        CheckList checks = new();
        InspectionContext context = new(reader, request, checks, cancellationToken);
        FormatDetection detection = FormatDetector.Detect(reader);
        ClaimRules.JudgeClaim(detection.Primary, context);
        ClaimRules.JudgeSingle(detection, checks);
        ImageFacts facts = FormatRules.Of(detection.Primary).Judge(context);
        ClaimRules.JudgeVolume(facts, context);
        return new ImageInspection(request.ImageId ?? reader.Name, facts, checks.ToChecks(request.IgnoreChecks));
    }

    private static void RefuseUnknownNames(InspectionRequest request)
    {
        foreach (string name in request.IgnoreChecks)
        {
            if (!CheckNames.All.Contains(name, StringComparer.OrdinalIgnoreCase))
            {
                throw new ArgumentException($"'{name}' is not a check. Known checks: {string.Join(", ", CheckNames.All)}.", nameof(request));
            }
        }
    }
}
