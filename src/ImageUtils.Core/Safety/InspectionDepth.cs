namespace ImageUtils.Safety;

/// <summary>How much of an image is read to judge it.</summary>
public enum InspectionDepth
{
    /// <summary>Headers and top tables, less than 1 MiB.</summary>
    Metadata,

    /// <summary>Every table of the image.</summary>
    Full,
}
