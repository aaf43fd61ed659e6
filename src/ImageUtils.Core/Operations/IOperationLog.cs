namespace ImageUtils.Operations;

/// <summary>Where the core says what it does; a shell shows it as verbose and warning records.</summary>
public interface IOperationLog
{
    /// <summary>A line for those who asked to see more, above all each external command line exactly as run.</summary>
    /// <param name="message">The line.</param>
    void Verbose(string message);

    /// <summary>Something the user should know although the work went on.</summary>
    /// <param name="message">The line.</param>
    void Warning(string message);
}
