namespace ImageUtils.IntegrationTests.Services;

/// <summary>What one side made of a piece of work.</summary>
/// <param name="Refusal">The kind of its refusal; null: it did the work.</param>
/// <param name="Content">The hash of what came out; null: it refused.</param>
/// <param name="Disk">The hash of the disk in it up to its last byte that is not zero; null: it refused, or a file was fetched as it is.</param>
internal sealed record PeerAnswer(string? Refusal, string? Content = null, string? Disk = null)
{
    public bool IsRefusal => Refusal is not null;
}
