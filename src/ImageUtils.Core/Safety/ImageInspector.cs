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
    /// <remarks>
    /// A reader that has only a part of the image is judged by that part: a failed check is certain, whatever the rest is, and
    /// <see cref="ImageInspection.IsComplete"/> says that the rest was wanted.
    /// </remarks>
    /// <exception cref="ArgumentException"><see cref="InspectionRequest.IgnoreChecks"/> names a check that there is not.</exception>
    public ImageInspection Inspect(IImageReader reader, InspectionRequest request, CancellationToken cancellationToken)
    {
        RefuseUnknownNames(request);
        cancellationToken.ThrowIfCancellationRequested();
        CheckList checks = new();
        InspectionContext context = new(reader, request, checks, cancellationToken);
        ContentJudgement judgement = ContentJudgement.Make(context);
        return new ImageInspection(request.ImageId ?? reader.Name, judgement.Facts, CheckEvidence.Complete(checks.ToChecks(request.IgnoreChecks), reader, judgement.Facts.Format))
        {
            IsComplete = judgement.IsComplete,
            Missing = judgement.Missing,
        };
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
