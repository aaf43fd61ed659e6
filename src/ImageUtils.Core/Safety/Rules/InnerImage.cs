using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Judges an image that lies inside of a container.</summary>
/// <param name="Facts">What its bytes say.</param>
/// <param name="IsComplete">True where all bytes that its checks needed were there.</param>
internal sealed record InnerImage(ImageFacts Facts, bool IsComplete)
{
    /// <summary>Judges the image and reports it under the container's check.</summary>
    /// <param name="reader">The bytes of the image.</param>
    /// <param name="name">What a sentence calls it.</param>
    /// <param name="claim">The format it is claimed to be; null: none.</param>
    /// <param name="context">The inspection of the container.</param>
    /// <param name="mayBeArchive">True: a tar or an OVA is opened once more; every other container in a container is not.</param>
    /// <param name="relaxed">Checks that have no bearing on what lies here.</param>
    /// <returns>The judgement.</returns>
    public static InnerImage Judge(IImageReader reader, string name, string? claim, InspectionContext context, bool mayBeArchive = false, params IReadOnlyList<string> relaxed)
    {
        CheckList checks = new();
        InspectionContext inner = context with
        {
            Reader = reader,
            Checks = checks,
            Depth = context.Depth + 1,
            Request = context.Request with { ClaimedFormat = claim, AllowBackingFile = false },
        };
        ContentJudgement judgement = ContentJudgement.Make(inner, format => RulesOf(format, mayBeArchive && inner.Depth < UnpackingLimits.MostDepth));
        ImageFacts facts = judgement.Facts;
        IReadOnlyList<ImageCheck> results = checks.ToChecks([.. context.Request.IgnoreChecks, .. relaxed]);
        foreach (ImageCheck check in results)
        {
            string reason = $"{name} ({facts.Format.Name}): {check.Reason} [{check.Name}]";
            if (check.Outcome == CheckOutcome.Failed)
            {
                context.Checks.Fail(CheckNames.Container, reason, reference: check.Reference);
            }
            else if (check.Outcome == CheckOutcome.Warning)
            {
                context.Checks.Warn(CheckNames.Container, reason, reference: check.Reference);
            }
        }

        context.Checks.Pass(CheckNames.Container, Describe(name, judgement, results));
        return new InnerImage(facts, judgement.IsComplete);
    }

    /// <summary>The facts of a container, with what is known of its disk.</summary>
    /// <param name="container">The facts of the container itself.</param>
    /// <param name="announced">The length of the content as the container gives it; null: it does not.</param>
    /// <returns>The facts to report.</returns>
    public ImageFacts Put(ImageFacts container, long? announced = null)
    {
        // A fixed VHD looks like its guest's disk as long as its end is not seen; the size to show differs by a sector.
        long? plain = announced is long length && Facts.Format.IsRawContent ? RawRules.SizeOf(length) : null;
        long? own = Facts.InnerFormat is not null ? null : Facts.IsVirtualSizeKnown ? Facts.VirtualSize : plain;
        long? size = Facts.InnerVirtualSize ?? own;
        return container with
        {
            InnerFormat = Facts.InnerFormat ?? Facts.Format,
            InnerVirtualSize = size,
            VirtualSize = size ?? container.VirtualSize,
            IsVirtualSizeKnown = size is not null,
        };
    }

    private static IFormatRules RulesOf(DiskFormat format, bool mayBeArchive)
    {
        bool isArchive = format == DiskFormat.Tar || format == DiskFormat.Ova;
        return ContainerSignature.Formats.Contains(format) && !(isArchive && mayBeArchive) ? new ContainerRules(format) : FormatRules.Of(format);
    }

    private static string Describe(string name, ContentJudgement judgement, IReadOnlyList<ImageCheck> results)
    {
        ImageFacts facts = judgement.Facts;
        if (!judgement.IsComplete)
        {
            return $"{name} begins like a {facts.Format.Name}, and the checks of what was seen passed.";
        }

        string size = facts.IsVirtualSizeKnown ? FormattableString.Invariant($" of {facts.VirtualSize} bytes") : string.Empty;
        string content = results.FirstOrDefault(check => check is { Name: CheckNames.Container, Outcome: CheckOutcome.Passed }) is ImageCheck inside ? $" {inside.Reason}" : string.Empty;
        return $"{name} is a {facts.Format.Name}{size}, and its checks passed.{content}";
    }
}
