namespace ImageUtils.Cli;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>Everything was done.</summary>
    public const int Done = 0;

    /// <summary>At least one input was refused or failed.</summary>
    public const int Failed = 1;

    /// <summary>The words make no sense.</summary>
    public const int Usage = 2;

    /// <summary>Ended by the user, as shells count it: 128 + SIGINT.</summary>
    public const int Cancelled = 130;
}
