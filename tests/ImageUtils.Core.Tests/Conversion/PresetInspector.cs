using ImageUtils.Formats;
using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Conversion;

/// <summary>Says of each file what the test told it; of all others that they are raw.</summary>
internal sealed class PresetInspector : IImageInspector
{
    private readonly Dictionary<string, ImageFacts> _known = new(StringComparer.Ordinal);

    public List<(string Path, InspectionRequest Request)> Asked { get; } = [];

    /// <summary>What is said of files that the converter makes, whose names nobody knows.</summary>
    public ImageFacts? ResultFacts { get; set; }

    public ImageCheck? Failed { get; set; }

    public void Know(string path, ImageFacts facts) => _known[path] = facts;

    public ImageInspection Inspect(string path, InspectionRequest request, CancellationToken cancellationToken)
    {
        Asked.Add((path, request));
        bool isResult = Path.GetFileName(path).StartsWith(".iu-", StringComparison.Ordinal);
        ImageFacts facts = _known.GetValueOrDefault(path)
            ?? (isResult ? ResultFacts : null)
            ?? new ImageFacts { Format = DiskFormat.Raw, VirtualSize = new FileInfo(path).Length };
        return new ImageInspection(request.ImageId ?? path, facts, Failed is null ? [] : [Failed]);
    }

    public ImageInspection Inspect(IImageReader reader, InspectionRequest request, CancellationToken cancellationToken) => throw new InvalidOperationException();
}
