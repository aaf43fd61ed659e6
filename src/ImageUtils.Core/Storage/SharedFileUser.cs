using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace ImageUtils.Storage;

/// <summary>One use of a shared temporary file.</summary>
/// <param name="ProcessId">The process.</param>
/// <param name="Started">When it was started, as <see cref="OwnerMark"/> counts it.</param>
/// <param name="Lease">Tells the uses of one process apart.</param>
internal sealed record SharedFileUser(
    [property: JsonPropertyName("pid")] int ProcessId,
    [property: JsonPropertyName("started")] ulong Started,
    [property: JsonPropertyName("lease")] string Lease)
{
    /// <summary>A new use by this process.</summary>
    /// <returns>The use.</returns>
    public static SharedFileUser New()
    {
        OwnerMark mark = OwnerMark.Current;
        return new SharedFileUser(mark.ProcessId, mark.Started, RandomNumberGenerator.GetHexString(16, lowercase: true));
    }
}
