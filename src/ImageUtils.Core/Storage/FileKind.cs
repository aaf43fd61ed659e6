namespace ImageUtils.Storage;

/// <summary>The kinds of files that matter to us.</summary>
internal enum FileKind
{
    /// <summary>A plain file.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A pipe, a socket, a character device.</summary>
    Other,
}
