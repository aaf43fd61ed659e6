using ImageUtils.Formats;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Support;

/// <summary>An inspector that knows a format by the word a file begins with ("qcow2:", "vmdk:"), and refuses what says EVIL.</summary>
public sealed class FakeInspector : IImageInspector
{
    public List<(string Path, InspectionRequest Request)> Asked { get; } = [];

    public long? VirtualSize { get; set; }

    public ImageInspection Inspect(string path, InspectionRequest request, CancellationToken cancellationToken)
    {
        lock (Asked)
        {
            Asked.Add((path, request));
        }

        byte[] content = File.ReadAllBytes(path);
        return Judge(content.AsSpan(0, Math.Min(32, content.Length)), content.Length, path, request);
    }

    /// <summary>What streams by is judged alike, and not counted among what was asked.</summary>
    public ImageInspection Inspect(IImageReader reader, InspectionRequest request, CancellationToken cancellationToken) =>
        Judge(reader.ReadArray(0, 32), reader.IsLengthKnown ? reader.Length : 0, reader.Name, request);

    private ImageInspection Judge(ReadOnlySpan<byte> bytes, long length, string path, InspectionRequest request)
    {
        string head = System.Text.Encoding.ASCII.GetString(bytes);
        DiskFormat format = DiskFormat.All.FirstOrDefault(known => head.StartsWith(known.Name + ":", StringComparison.Ordinal)) ?? DiskFormat.Raw;
        var facts = new ImageFacts { Format = format, VirtualSize = VirtualSize ?? length };
        var checks = new List<ImageCheck>();
        if (head.Contains("EVIL", StringComparison.Ordinal))
        {
            checks.Add(new ImageCheck { Name = CheckNames.BackingFile, Outcome = CheckOutcome.Failed, Reason = "It has a backing file." });
        }

        if (format == DiskFormat.Gzip)
        {
            checks.Add(new ImageCheck
            {
                Name = CheckNames.Container,
                Outcome = request.IgnoreChecks.Contains(CheckNames.Container, StringComparer.Ordinal) ? CheckOutcome.Warning : CheckOutcome.Failed,
                Reason = "It is packed.",
            });
        }

        bool isClaimed = request.ClaimedFormat is null or "ami" || DiskFormat.Parse(request.ClaimedFormat) == format;
        checks.Add(new ImageCheck { Name = CheckNames.ClaimedFormat, Outcome = isClaimed ? CheckOutcome.Passed : CheckOutcome.Failed, Reason = "Claim." });
        return new ImageInspection(request.ImageId ?? path, facts, checks);
    }
}
