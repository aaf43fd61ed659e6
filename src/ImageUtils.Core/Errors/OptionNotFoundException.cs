namespace ImageUtils.Errors;

/// <summary>There is no option of that name.</summary>
public sealed class OptionNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The name.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public OptionNotFoundException(string name, Exception? innerException = null)
        : base("OptionNotFound", ErrorKind.ObjectNotFound, $"There is no option '{name}'.", innerException) => Name = name;

    /// <summary>The name.</summary>
    public string Name { get; }
}
