namespace ImageUtils.Storage;

/// <summary>The kinds of files that matter to us.</summary>
public enum FileKind
{
    /// <summary>A plain file.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link.</summary>
    Link,

    /// <summary>A block device.</summary>
    BlockDevice,

    /// <summary>A pipe, with or without a name.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A character device.</summary>
    CharacterDevice,

    /// <summary>Anything else that is no file.</summary>
    Other,
}
