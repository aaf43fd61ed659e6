using ImageUtils.Storage;

namespace ImageUtils.Privilege;

/// <summary>What the privileged program says of a file that it made beside a destination.</summary>
/// <param name="WritePath">The name under which programs of root write it.</param>
/// <param name="FreeBytes">The room of its file system.</param>
/// <param name="MountPoint">Where that is mounted.</param>
/// <param name="Existing">What stands at the destination; null: nothing.</param>
internal sealed record StagedRoom(string WritePath, long FreeBytes, string MountPoint, FileIdentity? Existing);
