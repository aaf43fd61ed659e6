using System.Text.Json.Serialization;

namespace ImageUtils.Storage;

/// <summary>What is kept beside a temporary file that several users share: what is in it, and who uses it.</summary>
internal sealed record SharedFileRecord
{
    /// <summary>The name of the file, in the folder of the record.</summary>
    [JsonPropertyName("file_name")]
    public required string FileName { get; init; }

    /// <summary>The number of bytes that were put into it.</summary>
    [JsonPropertyName("size")]
    public required long Size { get; init; }

    /// <summary>The algorithm of <see cref="Hash"/>.</summary>
    [JsonPropertyName("hash_algorithm")]
    public required string HashAlgorithm { get; init; }

    /// <summary>The hash of what was put into it, in lower-case hex.</summary>
    [JsonPropertyName("hash")]
    public required string Hash { get; init; }

    /// <summary>One entry a use; two uses of one process are two entries.</summary>
    [JsonPropertyName("users")]
    public required IReadOnlyList<SharedFileUser> Users { get; init; }

    /// <summary>The record without the uses of processes that are gone.</summary>
    /// <returns>The record.</returns>
    public SharedFileRecord Living() => this with { Users = [.. Users.Where(user => new OwnerMark(user.ProcessId, user.Started).IsAlive)] };
}
