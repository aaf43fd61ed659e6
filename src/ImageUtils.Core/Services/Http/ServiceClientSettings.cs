namespace ImageUtils.Services.Http;

/// <summary>How one service is spoken to.</summary>
internal sealed record ServiceClientSettings
{
    /// <summary>What it is called in errors, for example <c>image service</c>.</summary>
    public required string Service { get; init; }

    /// <summary>The major version of its interface.</summary>
    public required int MajorVersion { get; init; }

    /// <summary>How often a request is sent again after a broken connection or a 503 (cinder: glance_num_retries).</summary>
    public int RetryCount { get; init; } = 3;

    /// <summary>How long no byte may move.</summary>
    public TimeSpan IdleTimeout { get; init; } = TransportSettings.Default.IdleTimeout;

    /// <summary>Waits between two tries; cinder waits one second.</summary>
    public Func<TimeSpan, CancellationToken, Task> Pause { get; init; } = Task.Delay;
}
