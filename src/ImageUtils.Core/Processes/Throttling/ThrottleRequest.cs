namespace ImageUtils.Processes;

/// <summary>A limit that the kernel is to keep for one program.</summary>
/// <param name="GroupName">The control group below which the program's own is made, for example <c>cinder-volume-copy</c>.</param>
/// <param name="BytesPerSecond">The limit for all programs of that group together.</param>
/// <param name="ReadDevice">The disk that is read, <c>major:minor</c>; null: it is on none.</param>
/// <param name="WriteDevice">The disk that is written, <c>major:minor</c>; null: it is on none.</param>
internal sealed record ThrottleRequest(string GroupName, long BytesPerSecond, string? ReadDevice, string? WriteDevice)
{
    /// <summary>True where the name is a path below the hierarchy and leads nowhere else.</summary>
    public bool HasGoodName => GroupName.Length > 0
        && GroupName.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-' or '.' or '/')
        && GroupName.Split('/').All(part => part is not ("" or "." or ".."));
}
