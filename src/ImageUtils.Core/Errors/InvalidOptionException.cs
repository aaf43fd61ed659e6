using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>A setting has a value that cannot be used.</summary>
public sealed class InvalidOptionException : ImageUtilsException
{
    private const int LongestShown = 200;

    /// <summary>Makes the exception.</summary>
    /// <param name="name">The setting as the user wrote it, for example the name of the environment variable.</param>
    /// <param name="value">The value.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public InvalidOptionException(string name, string value, string reason, Exception? innerException = null)
        : base("InvalidOption", ErrorKind.InvalidArgument, $"The value '{Shorten(value)}' of {name} cannot be used: {reason}", innerException)
    {
        Name = name;
        Value = value;
        Reason = reason;
    }

    /// <summary>Makes the exception for a value that stands in a file.</summary>
    /// <param name="inner">What is wrong with the value.</param>
    /// <param name="path">The full path of the file.</param>
    /// <param name="line">The line, counted from 1; 0: not known.</param>
    public InvalidOptionException(InvalidOptionException inner, string path, int line)
        : base("InvalidOption", ErrorKind.InvalidArgument, $"The value '{Shorten(inner.Value)}' of {inner.Name} in {Place(path, line)} cannot be used: {inner.Reason}", inner)
    {
        Name = inner.Name;
        Value = inner.Value;
        Reason = inner.Reason;
        Path = path;
        Line = line;
    }

    /// <summary>The setting as the user wrote it.</summary>
    public string Name { get; }

    /// <summary>The value.</summary>
    public string Value { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }

    /// <summary>The full path of the file that has the value; null: it stands in none.</summary>
    public string? Path { get; }

    /// <summary>The line of that file, counted from 1; 0: not known.</summary>
    public int Line { get; }

    private static string Place(string path, int line) => line > 0 ? string.Create(CultureInfo.InvariantCulture, $"'{path}', line {line},") : $"'{path}'";

    private static string Shorten(string value) => value.Length > LongestShown ? string.Concat(value.AsSpan(0, LongestShown), "…") : value;
}
