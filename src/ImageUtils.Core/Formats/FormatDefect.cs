namespace ImageUtils.Formats;

/// <summary>Something in a header that its specification does not allow.</summary>
/// <param name="Reason">What it is, as a sentence.</param>
/// <param name="Offset">Where in the file, in bytes; null where there is no one place.</param>
internal sealed record FormatDefect(string Reason, long? Offset = null);
