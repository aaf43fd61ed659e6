using ImageUtils.Storage;

namespace ImageUtils.Privilege;

/// <summary>What the privileged program says of the file it serves.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="Identity">Which file it is.</param>
/// <param name="LastWritten">When it was written last, in UTC.</param>
internal sealed record ServedFile(long Length, FileIdentity Identity, DateTime LastWritten)
{
    /// <summary>True for a device that is held to be written and can be written around the page cache.</summary>
    public bool IsDirect { get; init; }
}
