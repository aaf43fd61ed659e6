using ImageUtils.Formats;
using ImageUtils.Formats.Containers;

namespace ImageUtils.Safety.Rules;

/// <summary>What the content is held against: a claim, other formats in the same bytes, the volume.</summary>
internal static class ClaimRules
{
    private const string AmazonImage = "ami";

    /// <summary>Holds the content against the claim.</summary>
    public static void JudgeClaim(DiskFormat found, InspectionContext context)
    {
        CheckList checks = context.Checks;
        if (context.Request.ClaimedFormat is not string claim)
        {
            checks.Skip(CheckNames.ClaimedFormat, "Nothing was claimed.");
            return;
        }

        if (IsAccepted(claim.Trim(), found, context.Request))
        {
            checks.Pass(CheckNames.ClaimedFormat, $"The content ({found.Name}) is what was claimed ({ImageText.Show(claim)}).", References.Claim);
        }
        else
        {
            checks.Fail(
                CheckNames.ClaimedFormat,
                $"The image format was claimed to be '{ImageText.Show(claim)}' but the image data appears to be in a different format. It was found to be '{found.Name}'.",
                reference: References.Claim);
        }
    }

    /// <summary>
    /// Refuses bytes that are two disks at once. A hybrid ISO has a partition table, a fixed VHD has its guest's,
    /// and an Apple image may begin with a compressed block.
    /// </summary>
    public static void JudgeSingle(FormatDetection detection, CheckList checks)
    {
        bool isTableExpected = detection.Primary == DiskFormat.Iso || detection.Primary == DiskFormat.Dmg || IsFixedVhd(detection);
        FormatMatch[] others = detection.Matches
            .Where(match => match.Format != detection.Primary)
            .Where(match => !(IsTable(match.Format) && (isTableExpected || IsTable(detection.Primary))))
            .Where(match => !(detection.Primary == DiskFormat.Dmg && ContainerSignature.Formats.Contains(match.Format)))
            .ToArray();
        if (others.Length > 0)
        {
            string names = string.Join(", ", others.Select(match => FormattableString.Invariant($"{match.Format.Name} (at 0x{match.Offset:x})")));
            checks.Fail(CheckNames.SingleFormat, $"The bytes are {detection.Primary.Name} and at the same time {names}; programs would disagree on what they read.", others[0].Offset, reference: References.Claim);
        }

        checks.Pass(CheckNames.SingleFormat, "No second format was found.");
    }

    /// <summary>Holds the size against the volume.</summary>
    public static void JudgeVolume(ImageFacts facts, InspectionContext context)
    {
        CheckList checks = context.Checks;
        if (context.Request.VolumeSizeBytes is not long volume)
        {
            checks.Skip(CheckNames.VolumeSize, "No volume was named.");
        }
        else if (facts.VirtualSize > volume)
        {
            checks.Fail(CheckNames.VolumeSize, FormattableString.Invariant($"The disk of {facts.VirtualSize} bytes does not fit in the volume of {volume} bytes."), reference: "cinder check_virtual_size");
        }
        else
        {
            checks.Pass(CheckNames.VolumeSize, FormattableString.Invariant($"The disk of {facts.VirtualSize} bytes fits in the volume of {volume} bytes."));
        }
    }

    private static bool IsAccepted(string claim, DiskFormat found, InspectionRequest request)
    {
        bool isPlain = found == DiskFormat.Raw || found == DiskFormat.Gpt || found == DiskFormat.Mbr;
        if (string.Equals(claim, AmazonImage, StringComparison.OrdinalIgnoreCase))
        {
            return isPlain || found == DiskFormat.Qcow2;
        }

        return DiskFormat.TryParse(claim, out DiskFormat? format)
            && (format == found || (format == DiskFormat.Raw && (isPlain || (request.AllowLuks && found == DiskFormat.Luks))));
    }

    private static bool IsTable(DiskFormat format) => format == DiskFormat.Gpt || format == DiskFormat.Mbr;

    private static bool IsFixedVhd(FormatDetection detection) => detection.Primary == DiskFormat.Vhd && detection.Matches[0].Offset > 0;
}
