using ImageUtils.Formats;

namespace ImageUtils.Safety;

/// <summary>Reads one format and judges it.</summary>
internal interface IFormatRules
{
    /// <summary>Reads and judges.</summary>
    /// <param name="context">The bytes, what is asked, and where findings go.</param>
    /// <returns>What the bytes say.</returns>
    ImageFacts Judge(InspectionContext context);
}
