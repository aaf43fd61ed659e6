namespace ImageUtils.Core.Tests.Fuzzing;

/// <summary>An image that broke a promise.</summary>
/// <param name="Number">The number that makes it again.</param>
/// <param name="Seed">What it was made of.</param>
/// <param name="Problem">What went wrong.</param>
public sealed record FuzzFinding(long Number, string Seed, string Problem);
