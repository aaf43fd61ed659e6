using System.Globalization;

namespace ImageUtils.Errors;

/// <summary>A limit of time ran out.</summary>
public sealed class TimedOutException : ImageUtilsException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="subject">What took too long.</param>
    /// <param name="limit">The limit.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public TimedOutException(string subject, TimeSpan limit, Exception? innerException = null)
        : base("TimedOut", ErrorKind.OperationTimeout, string.Create(CultureInfo.InvariantCulture, $"{subject} did not finish within {limit.TotalSeconds:0.###} seconds."), innerException)
    {
        Subject = subject;
        Limit = limit;
    }

    /// <summary>What took too long.</summary>
    public string Subject { get; }

    /// <summary>The limit.</summary>
    public TimeSpan Limit { get; }
}
