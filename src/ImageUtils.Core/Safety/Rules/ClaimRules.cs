using ImageUtils.Formats;
using ImageUtils.Formats.Containers;

namespace ImageUtils.Safety.Rules;

/// <summary>What the content is held against: a claim, other formats in the same bytes, the volume.</summary>
internal static class ClaimRules
{
    private const string AmazonImage = "ami";

    /// <summary>Holds the content against the claim.</summary>
    public static void JudgeClaim(FormatDetection detection, InspectionContext context)
    {
        DiskFormat found = detection.Primary;
        CheckList checks = context.Checks;
        if (context.Request.ClaimedFormat is not string claim)
        {
            checks.Skip(CheckNames.ClaimedFormat, "Nothing was claimed.");
            return;
        }

        if (detection.Possible.Any(format => IsAccepted(claim.Trim(), format, context.Request)))
        {
            checks.Skip(CheckNames.ClaimedFormat, $"Whether the content is what was claimed ({ImageText.Show(claim)}) is only known by the part that was not seen.");
        }
        else if (IsAccepted(claim.Trim(), found, context.Request))
        {
            checks.Pass(CheckNames.ClaimedFormat, $"The content ({found.Name}) is what was claimed ({ImageText.Show(claim)}).", References.Claim);
        }
        else
        {
            checks.Fail(
                CheckNames.ClaimedFormat,
                $"The image format was claimed to be '{ImageText.Show(claim)}' but the image data appears to be in a different format. It was found to be '{found.Name}'.",
                detection.Matches.FirstOrDefault(match => match.Format == found)?.Offset ?? 0,
                reference: References.Claim);
        }
    }

    /// <summary>
    /// Refuses bytes that are two disks at once. A hybrid ISO has a partition table, a fixed VHD has its guest's,
    /// and an Apple image may begin with a block that bzip2 or xz compressed.
    /// </summary>
    public static void JudgeSingle(FormatDetection detection, CheckList checks)
    {
        FormatMatch[] others = FindOthers(detection.Primary, detection);
        if (others.Length > 0 && detection.Possible.All(format => FindOthers(format, detection).Length > 0))
        {
            string names = string.Join(", ", others.Select(match => FormattableString.Invariant($"{match.Format.Name} (at 0x{match.Offset:x})")));
            checks.Fail(CheckNames.SingleFormat, $"The bytes are {detection.Primary.Name} and at the same time {names}; programs would disagree on what they read.", others[0].Offset, reference: References.Claim);
        }

        checks.Pass(CheckNames.SingleFormat, "No second format was found.");
    }

    /// <summary>
    /// True where a format that the content may still turn out to be would be accepted too, so that what is wrong with the
    /// one that it looks like says nothing for certain.
    /// </summary>
    public static bool IsOpen(FormatDetection detection, InspectionContext context) =>
        detection.Possible.Any(format => format != DiskFormat.Ova && (context.Request.ClaimedFormat is not string claim || IsAccepted(claim.Trim(), format, context.Request)) && FindOthers(format, detection).Length == 0);

    /// <summary>Holds the size against the volume.</summary>
    public static void JudgeVolume(ImageFacts facts, InspectionContext context)
    {
        CheckList checks = context.Checks;
        long size = facts.InnerVirtualSize ?? facts.VirtualSize;
        if (context.Request.VolumeSizeBytes is not long volume)
        {
            checks.Skip(CheckNames.VolumeSize, "No volume was named.");
        }
        else if (!facts.IsVirtualSizeKnown)
        {
            checks.Warn(CheckNames.VolumeSize, "The size of the disk is not known by what was seen of it, so it is not known whether it fits in the volume.");
        }
        else if (size > volume)
        {
            checks.Fail(CheckNames.VolumeSize, FormattableString.Invariant($"The disk of {size} bytes does not fit in the volume of {volume} bytes."), reference: "cinder check_virtual_size");
        }
        else
        {
            checks.Pass(CheckNames.VolumeSize, FormattableString.Invariant($"The disk of {size} bytes fits in the volume of {volume} bytes."));
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

    private static FormatMatch[] FindOthers(DiskFormat primary, FormatDetection detection)
    {
        bool isFixedVhd = primary == DiskFormat.Vhd && (detection.Primary != primary || detection.Matches[0].Offset > 0);
        bool isTableExpected = primary == DiskFormat.Iso || primary == DiskFormat.Dmg || isFixedVhd;
        return detection.Matches
            .Where(match => match.Format != primary)
            .Where(match => !(IsTable(match.Format) && (isTableExpected || IsTable(primary))))
            .Where(match => !(primary == DiskFormat.Dmg && (match.Format == DiskFormat.Bzip2 || match.Format == DiskFormat.Xz)))
            .ToArray();
    }
}
