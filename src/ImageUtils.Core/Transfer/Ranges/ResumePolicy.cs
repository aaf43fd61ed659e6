namespace ImageUtils.Transfer.Ranges;

/// <summary>How patient a download is.</summary>
/// <param name="Retries">How often it goes on after a break that brought no new byte; a break after new bytes begins the count anew.</param>
/// <param name="Pause">The wait before another try; it doubles with each try in vain, up to <paramref name="LongestPause"/>.</param>
/// <param name="LongestPause">The longest wait.</param>
internal sealed record ResumePolicy(int Retries, TimeSpan Pause, TimeSpan LongestPause)
{
    /// <summary>More breaks than this in one download end it, however far each of them came.</summary>
    public const int MostBreaks = 1000;

    /// <summary>cinder's pause of one second.</summary>
    /// <param name="retries">How often to try again (glance_num_retries).</param>
    /// <returns>The policy.</returns>
    public static ResumePolicy Of(int retries) => new(retries, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

    /// <summary>The wait before a try.</summary>
    /// <param name="attempt">Which one it is without a new byte, from 1.</param>
    /// <returns>The wait.</returns>
    public TimeSpan PauseBefore(int attempt) => TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, Pause.Ticks << Math.Min(16, Math.Max(0, attempt - 1))));
}
