namespace ImageUtils.Configuration;

/// <summary>What the value of an option is, and so how a text is read as one.</summary>
public enum OptionKind
{
    /// <summary>A text (<see cref="string"/>).</summary>
    Text,

    /// <summary>The end of a file name (<see cref="string"/>).</summary>
    FileNameSuffix,

    /// <summary>The name of a program that is on PATH, or its full path (<see cref="string"/>).</summary>
    Program,

    /// <summary>The full path of a folder (<see cref="string"/>).</summary>
    Folder,

    /// <summary>Full paths of folders (a list of <see cref="string"/>).</summary>
    FolderList,

    /// <summary>On or off (<see cref="bool"/>).</summary>
    Switch,

    /// <summary>Whole seconds (<see cref="int"/>).</summary>
    Seconds,

    /// <summary>A number of things (<see cref="int"/>).</summary>
    Count,

    /// <summary>A number of bytes, also written 1M or 2GiB (<see cref="long"/>).</summary>
    Size,

    /// <summary>Texts with commas between them (a list of <see cref="string"/>); it may be empty.</summary>
    List,

    /// <summary>The words of a command line (a list of <see cref="string"/>); quotes keep spaces together.</summary>
    Words,

    /// <summary>The name of a disk format that can be written and that image services know (<see cref="string"/>).</summary>
    DiskFormat,
}
