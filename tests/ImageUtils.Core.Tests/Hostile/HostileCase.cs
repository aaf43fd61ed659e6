namespace ImageUtils.Core.Tests.Hostile;

/// <summary>An image that is made to break or to fool an inspector, and what is to be said of it.</summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="IsAccepted">True where no check may fail, false where one must.</param>
/// <param name="Make">Makes the image.</param>
/// <param name="Check">The check that must fail; null where the image is accepted.</param>
/// <param name="OnlyFull">True where the oddity lies in tables which the depth Metadata does not read.</param>
public sealed record HostileCase(string Name, bool IsAccepted, Func<byte[]> Make, string? Check = null, bool OnlyFull = false)
{
    public static HostileCase Accept(string name, Func<byte[]> make) => new(name, true, make);

    public static HostileCase Reject(string name, string check, Func<byte[]> make) => new(name, false, make, check);

    public static HostileCase RejectFull(string name, string check, Func<byte[]> make) => new(name, false, make, check, OnlyFull: true);
}
