namespace ImageUtils.Errors;

/// <summary>A native program is needed and not there.</summary>
public sealed class ToolNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="toolName">The program, for example qemu-img.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public ToolNotFoundException(string toolName, Exception? innerException = null)
        : base("ToolNotFound", ErrorKind.ResourceUnavailable, $"{toolName} is needed for this and was not found.", innerException)
    {
        ToolName = toolName;
    }

    /// <summary>The program, for example qemu-img.</summary>
    public string ToolName { get; }
}
