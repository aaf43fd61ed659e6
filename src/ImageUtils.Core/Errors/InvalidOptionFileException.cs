using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>A file of settings cannot be read, or is not what it should be. Its content is never quoted: it may hold passwords.</summary>
public sealed class InvalidOptionFileException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="line">The line, counted from 1; 0: the whole file.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public InvalidOptionFileException(string path, int line, string reason, Exception? innerException = null)
        : base(
            "InvalidOptionFile",
            ErrorKind.InvalidData,
            line > 0 ? string.Create(CultureInfo.InvariantCulture, $"The settings in '{path}', line {line}, cannot be used: {reason}") : $"The settings in '{path}' cannot be used: {reason}",
            innerException)
    {
        Path = path;
        Line = line;
        Reason = reason;
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>The line, counted from 1; 0: the whole file.</summary>
    public int Line { get; }

    /// <summary>What is wrong with it.</summary>
    public string Reason { get; }
}
