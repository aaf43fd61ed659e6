using ImageUtils.Formats;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Judges an image that lies inside of a container; a container inside of a container is not opened.</summary>
internal static class InnerImage
{
    /// <summary>Judges the image and reports it under the container's check.</summary>
    /// <param name="reader">The bytes of the image.</param>
    /// <param name="name">What a sentence calls it.</param>
    /// <param name="claim">The format it is claimed to be; null: none.</param>
    /// <param name="context">The inspection of the container.</param>
    /// <returns>What the bytes say.</returns>
    public static ImageFacts Judge(IImageReader reader, string name, string? claim, InspectionContext context)
    {
        CheckList checks = new();
        InspectionContext inner = context with
        {
            Reader = reader,
            Checks = checks,
            Request = context.Request with { ClaimedFormat = claim, AllowBackingFile = false },
        };
        FormatDetection detection = FormatDetector.Detect(reader);
        ClaimRules.JudgeClaim(detection.Primary, inner);
        ClaimRules.JudgeSingle(detection, checks);
        bool isContainer = Formats.Containers.ContainerSignature.Formats.Contains(detection.Primary);
        ImageFacts facts = (isContainer ? new ContainerRules(detection.Primary) : FormatRules.Of(detection.Primary)).Judge(inner);
        ClaimRules.JudgeVolume(facts, inner);
        foreach (ImageCheck check in checks.ToChecks(context.Request.IgnoreChecks))
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

        context.Checks.Pass(CheckNames.Container, FormattableString.Invariant($"{name} is a {facts.Format.Name} of {facts.VirtualSize} bytes, and its checks passed."));
        return facts;
    }
}
