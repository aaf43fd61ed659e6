namespace ImageUtils;

/// <summary>The kinds of VHD.</summary>
public enum VhdType
{
    /// <summary>The disk's bytes as they are, and a footer.</summary>
    Fixed,

    /// <summary>Blocks that are there only where something was written.</summary>
    Dynamic,

    /// <summary>What differs from a parent.</summary>
    Differencing,
}
