namespace ImageUtils.Errors;

/// <summary>No clouds.yaml names such a cloud.</summary>
public sealed class CloudNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The cloud that was asked for; empty: none was named.</param>
    /// <param name="reason">Where it was looked for, and what is there.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public CloudNotFoundException(string name, string reason, Exception? innerException = null)
        : base("CloudNotFound", ErrorKind.ObjectNotFound, name.Length > 0 ? $"Cloud '{name}' could not be found: {reason}" : $"No cloud is named: {reason}", innerException)
    {
        Name = name;
        Reason = reason;
    }

    /// <summary>The cloud that was asked for; empty: none was named.</summary>
    public string Name { get; }

    /// <summary>Where it was looked for, and what is there.</summary>
    public string Reason { get; }
}
