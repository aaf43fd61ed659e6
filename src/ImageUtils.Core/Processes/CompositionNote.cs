namespace ImageUtils.Processes;

/// <summary>Something of a request that has no effect on this system.</summary>
public enum CompositionNote
{
    /// <summary>There is no root helper on Windows.</summary>
    NoRootHelperOnWindows,

    /// <summary>There is no prlimit here, so the program runs without kernel limits.</summary>
    NoLimits,
}
