namespace ImageUtils.Errors;

/// <summary>A disk is full, or would be.</summary>
public sealed class NoSpaceException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="location">The folder or mount point that has no room.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public NoSpaceException(string location, Exception? innerException = null)
        : base("NoSpace", ErrorKind.ResourceUnavailable, $"Insufficient free space on {location}.", innerException)
    {
        Location = location;
    }

    /// <summary>The folder or mount point that has no room.</summary>
    public string Location { get; }
}
