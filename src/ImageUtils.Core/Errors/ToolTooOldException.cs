namespace ImageUtils.Errors;

/// <summary>A native program is older than what is needed.</summary>
public sealed class ToolTooOldException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="toolName">The program.</param>
    /// <param name="version">The version that is there.</param>
    /// <param name="minimumVersion">The version that is needed.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ToolTooOldException(string toolName, string version, string minimumVersion, Exception? innerException = null)
        : base("ToolTooOld", ErrorKind.ResourceUnavailable, $"{toolName} {minimumVersion} or later is required. Current version: {version}.", innerException)
    {
        ToolName = toolName;
        Version = version;
        MinimumVersion = minimumVersion;
    }

    /// <summary>The program.</summary>
    public string ToolName { get; }

    /// <summary>The version that is there.</summary>
    public string Version { get; }

    /// <summary>The version that is needed.</summary>
    public string MinimumVersion { get; }
}
