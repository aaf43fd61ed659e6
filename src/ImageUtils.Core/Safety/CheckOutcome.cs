namespace ImageUtils.Safety;

/// <summary>How a check of an image ended.</summary>
public enum CheckOutcome
{
    /// <summary>The rule was looked at and is kept.</summary>
    Passed,

    /// <summary>Odd, and worth knowing, but no reason to refuse.</summary>
    Warning,

    /// <summary>The rule is broken; the image is not acceptable.</summary>
    Failed,

    /// <summary>The rule has no bearing on this image, or was relaxed by name.</summary>
    NotApplicable,
}
