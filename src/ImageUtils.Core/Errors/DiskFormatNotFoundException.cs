namespace ImageUtils.Errors;

/// <summary>Nobody calls a disk format so.</summary>
public sealed class DiskFormatNotFoundException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="name">The name as given.</param>
    public DiskFormatNotFoundException(string name)
        : base("DiskFormatNotFound", ErrorKind.ObjectNotFound, $"'{name}' is not a disk format. Known formats: {string.Join(", ", DiskFormat.All.Select(format => format.Name))}.") =>
        Name = name;

    /// <summary>The name as given.</summary>
    public string Name { get; }
}
