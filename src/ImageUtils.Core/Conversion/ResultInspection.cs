using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Operations;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>Looks at what a conversion wrote, before it gets its name.</summary>
internal sealed class ResultInspection
{
    /// <summary>What we write ourselves is fine whatever the list for images of others says.</summary>
    private static readonly string[] WritableVmdkTypes = ["monolithicSparse", "streamOptimized"];

    private readonly OperationContext _context;

    /// <summary>Makes it.</summary>
    /// <param name="context">Settings and ports.</param>
    public ResultInspection(OperationContext context) => _context = context;

    /// <summary>Refuses a result that is not what the plan promised.</summary>
    /// <param name="target">Where the result is.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="subject">The image id or path that a refusal names.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <exception cref="ImageUnacceptableException">It is another format, or not safe.</exception>
    /// <exception cref="ConversionFailedException">The disk inside has another size, or another cipher than was asked for.</exception>
    public void Check(IConversionTarget target, ConversionPlan plan, string subject, CancellationToken cancellationToken)
    {
        ExpectedResult expected = new(plan.OutputFormat, plan.VirtualSize, plan.Source.Path, subject) { Cipher = plan.Cipher };
        if (target is FileTarget)
        {
            Check(target.WritePath, expected, cancellationToken);
            return;
        }

        using IImageReader whole = target.OpenResult();
        if (!target.IsDevice)
        {
            Check(request => _context.Inspector.Inspect(whole, request, cancellationToken), whole.Length, expected);
            return;
        }

        using SliceImageReader disk = DiskOn(whole, plan);
        Check(request => _context.Inspector.Inspect(disk, request, cancellationToken), disk.Length, expected);
    }

    /// <summary>Refuses a file that is not what was promised.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">What it must be.</param>
    /// <param name="cancellationToken">Ends the inspection.</param>
    /// <exception cref="ImageUnacceptableException">It is another format, or not safe.</exception>
    /// <exception cref="ConversionFailedException">The disk inside has another size, or another cipher than was asked for.</exception>
    public void Check(string path, ExpectedResult expected, CancellationToken cancellationToken) =>
        Check(request => _context.Inspector.Inspect(path, request, cancellationToken), new FileInfo(path).Length, expected);

    /// <summary>A device goes on behind the disk with what it held before, which is none of ours.</summary>
    private static SliceImageReader DiskOn(IImageReader device, ConversionPlan plan)
    {
        long end = plan.OutputFormat == DiskFormat.Raw ? plan.VirtualSize : plan.OutputFormat == DiskFormat.Luks ? plan.RequiredBytes : device.Length;
        return end <= device.Length
            ? new SliceImageReader(device, 0, end, device.Name)
            : throw new ConversionFailedException(plan.Source.Path, FormattableString.Invariant($"The device '{device.Name}' has {device.Length} bytes now."));
    }

    private void Check(Func<InspectionRequest, ImageInspection> inspect, long length, ExpectedResult expected)
    {
        long size = expected.Format == DiskFormat.Raw ? CheckRaw(inspect, length, expected.Subject) : CheckFormat(inspect, expected);
        if (size != expected.VirtualSize)
        {
            throw new ConversionFailedException(expected.SourcePath, FormattableString.Invariant($"The result holds {size} bytes instead of {expected.VirtualSize}."));
        }
    }

    /// <summary>
    /// Raw may hold anything but what a later tool, left to guess, would open as an image of its own: a guest that writes a
    /// qcow2 header to its disk reads files of the host that way (CVE-2015-1851, glance's image_conversion). Partition tables
    /// and ISO file systems are content; so is LUKS, which cinder renames raw too.
    /// </summary>
    private static long CheckRaw(Func<InspectionRequest, ImageInspection> inspect, long length, string subject)
    {
        DiskFormat format = inspect(new InspectionRequest { ImageId = subject }).Facts.Format;
        bool isContent = format.QemuName is null or "raw" or "luks";
        return isContent
            ? length
            : throw new ImageUnacceptableException(subject, $"Converted to raw, but format is now {format}.");
    }

    private long CheckFormat(Func<InspectionRequest, ImageInspection> inspect, ExpectedResult expected)
    {
        DiskFormat output = expected.Format;
        var request = new InspectionRequest
        {
            AllowedVmdkTypes = [.. _context.Options.VmdkAllowedTypes, .. WritableVmdkTypes],

            // qemu-img takes as many iterations as this machine does in two seconds, be it ever so fast.
            IgnoreChecks = output == DiskFormat.Luks ? [CheckNames.KeyDerivation] : [],
            ImageId = expected.Subject,
        };
        ImageInspection inspection = inspect(request);
        if (inspection.Facts.Format != output)
        {
            throw new ImageUnacceptableException(expected.Subject, $"Converted to {output}, but format is now {inspection.Facts.Format}.", inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed).ToArray());
        }

        ImageFacts facts = inspection.ThrowIfUnacceptable().Facts;
        if (expected.Cipher is { } cipher)
        {
            RequireCipher(facts, cipher, expected.SourcePath);
        }

        return facts.VirtualSize;
    }

    private static void RequireCipher(ImageFacts facts, CipherSpec wanted, string sourcePath)
    {
        string[] generator = wanted.IvGenerator.Split(':', 2);
        bool isAsWanted = Is("cipher-alg", wanted.CipherAlgorithm)
            && Is("cipher-mode", wanted.CipherMode)
            && Is("ivgen-alg", generator[0])
            && (generator.Length == 1 || Is("ivgen-hash-alg", generator[1]));
        if (!isAsWanted)
        {
            throw new ConversionFailedException(sourcePath, $"The result is encrypted with another cipher than {wanted.CipherAlgorithm}, {wanted.CipherMode}, {wanted.IvGenerator}.");
        }

        bool Is(string name, string value) => facts.FormatSpecific.TryGetValue(name, out object? found) && string.Equals(found as string, value, StringComparison.Ordinal);
    }
}
