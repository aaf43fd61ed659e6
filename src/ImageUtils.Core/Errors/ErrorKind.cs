namespace ImageUtils.Errors;

/// <summary>
/// What kind of trouble an error is. The names are those of PowerShell's error categories, so that a shell can show
/// them without a table of its own; "not specified" is not among them on purpose.
/// </summary>
public enum ErrorKind
{
    /// <summary>Something that was named is not there.</summary>
    ObjectNotFound,

    /// <summary>Bytes or text that are malformed.</summary>
    InvalidData,

    /// <summary>A rule of safety forbids it.</summary>
    SecurityError,

    /// <summary>A tool, space or memory is missing.</summary>
    ResourceUnavailable,

    /// <summary>A server did not answer, or the line broke.</summary>
    ConnectionError,

    /// <summary>The caller could not be identified or has no right.</summary>
    AuthenticationError,

    /// <summary>A file or a setting does not let it happen.</summary>
    PermissionDenied,

    /// <summary>A program ran and did not do its work.</summary>
    InvalidResult,

    /// <summary>Nobody has built this.</summary>
    NotImplemented,

    /// <summary>An argument makes no sense.</summary>
    InvalidArgument,

    /// <summary>It is there already.</summary>
    ResourceExists,

    /// <summary>Somebody else is using it.</summary>
    ResourceBusy,

    /// <summary>A limit of time ran out.</summary>
    OperationTimeout,

    /// <summary>The file could not be read.</summary>
    ReadError,

    /// <summary>The file could not be written.</summary>
    WriteError,
}
