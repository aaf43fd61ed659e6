namespace ImageUtils.IntegrationTests.Services;

/// <summary>One image that both sides get, with what its user says of it.</summary>
/// <param name="Name">What tables call it.</param>
/// <param name="Path">The file.</param>
/// <param name="Claim">The disk_format that a user would give.</param>
internal sealed record SampleImage(string Name, string Path, string Claim)
{
    /// <summary>The container_format.</summary>
    public string Container { get; init; } = "bare";

    /// <summary>True: both sides are told to take compressed containers.</summary>
    public bool AllowsCompression { get; init; }
}
