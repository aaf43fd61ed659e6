namespace ImageUtils.Storage;

/// <summary>What a stretch of a disk is in one image.</summary>
public enum DiskExtentKind
{
    /// <summary>The image holds it; it may be zeros all the same.</summary>
    Data,

    /// <summary>It reads as zeros, whatever any parent holds.</summary>
    Zero,

    /// <summary>The image says nothing of it: the parent is to be asked, and without one it reads as zeros.</summary>
    Absent,
}
