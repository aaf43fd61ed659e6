using ImageUtils.Safety;
using ImageUtils.Storage;

namespace ImageUtils.Core.Tests.Support;

/// <summary>Inspects made images and says which checks failed.</summary>
public static class Verdict
{
    public static ImageInspection Of(byte[] image, InspectionRequest? request = null) =>
        new ImageInspector().Inspect(new MemoryImageReader(image), request ?? InspectionRequest.Default, TestContext.Current.CancellationToken);

    public static ImageInspection OfFull(byte[] image) => Of(image, new InspectionRequest { Depth = InspectionDepth.Full });

    public static string[] Failed(ImageInspection inspection) => Names(inspection, CheckOutcome.Failed);

    public static string[] Warned(ImageInspection inspection) => Names(inspection, CheckOutcome.Warning);

    public static ImageCheck Check(ImageInspection inspection, string name) => inspection.Checks.Single(check => check.Name == name);

    /// <summary>The image passes without a failed check, at either depth.</summary>
    public static void Passes(byte[] image, string format)
    {
        foreach (ImageInspection inspection in new[] { Of(image), OfFull(image) })
        {
            Assert.Empty(Failed(inspection));
            Assert.True(inspection.IsAcceptable);
            Assert.Equal(format, inspection.Facts.Format.Name);
        }
    }

    /// <summary>Exactly this check fails, and it says why in words that contain the text.</summary>
    public static ImageCheck Fails(byte[] image, string check, string words, InspectionRequest? request = null)
    {
        ImageInspection inspection = Of(image, request);
        Assert.Equal([check], Failed(inspection));
        Assert.Contains(words, Check(inspection, check).Reason, StringComparison.Ordinal);
        return Check(inspection, check);
    }

    /// <summary>Nothing fails, and this check warns.</summary>
    public static void Warns(byte[] image, string check, string words)
    {
        ImageInspection inspection = Of(image);
        Assert.Empty(Failed(inspection));
        Assert.Equal(CheckOutcome.Warning, Check(inspection, check).Outcome);
        Assert.Contains(words, Check(inspection, check).Reason, StringComparison.Ordinal);
    }

    private static string[] Names(ImageInspection inspection, CheckOutcome outcome) =>
        inspection.Checks.Where(check => check.Outcome == outcome).Select(check => check.Name).ToArray();
}
