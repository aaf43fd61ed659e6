using ImageUtils.Formats;
using ImageUtils.Safety.Rules;
using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>The way of every judgement, of a file as of what lies in a container: detect, hold against the claim, judge by the format.</summary>
/// <param name="Facts">What the bytes say.</param>
/// <param name="IsComplete">True where all bytes that the judgement needed were there.</param>
/// <param name="Missing">The ranges that were not.</param>
internal sealed record ContentJudgement(ImageFacts Facts, bool IsComplete, IReadOnlyList<ByteRange> Missing)
{
    /// <summary>Judges.</summary>
    /// <param name="context">The bytes, what is asked, and where findings go.</param>
    /// <param name="rulesOf">The rules of a format; null: the usual ones.</param>
    /// <returns>The judgement.</returns>
    public static ContentJudgement Make(InspectionContext context, Func<DiskFormat, IFormatRules>? rulesOf = null)
    {
        ObservedImageReader observed = new(context.Reader);
        context = context with { Reader = observed };
        ImageFacts facts = Judge(context, rulesOf ?? FormatRules.Of);
        return new ContentJudgement(facts, observed.IsComplete, observed.Missing);
    }

    private static ImageFacts Judge(InspectionContext context, Func<DiskFormat, IFormatRules> rulesOf)
    {
        if (context.Reader.IfHere(FormatDetector.Detect) is not FormatDetection detection)
        {
            return new ImageFacts { Format = DiskFormat.Raw, VirtualSize = 0, IsVirtualSizeKnown = false };
        }

        ClaimRules.JudgeClaim(detection, context);
        ClaimRules.JudgeSingle(detection, context.Checks);
        bool isOpen = ClaimRules.IsOpen(detection, context);
        ImageFacts facts = new() { Format = detection.Primary, VirtualSize = 0, IsVirtualSizeKnown = false };
        if (!isOpen || detection.Primary.IsRawContent)
        {
            InspectionContext.WhereHere(() => facts = rulesOf(detection.Primary).Judge(context));
        }

        if (isOpen)
        {
            // The footer at the end may say another size than the length of the file.
            return facts with { IsVirtualSizeKnown = false };
        }

        ClaimRules.JudgeVolume(facts, context);
        return facts;
    }
}
