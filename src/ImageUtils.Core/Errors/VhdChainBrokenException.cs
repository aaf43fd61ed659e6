namespace ImageUtils.Errors;

/// <summary>VHDs that are no chain: a parent is missing or another one, the order is wrong, or it goes in a circle.</summary>
public sealed class VhdChainBrokenException : VhdException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="path">The link at which the chain breaks: a path, or the name of a member of an archive.</param>
    /// <param name="offset">Where in the link the reason stands, in bytes; null: nowhere in particular.</param>
    /// <param name="reason">Why.</param>
    /// <param name="innerException">What it came from, if anything.</param>
    public VhdChainBrokenException(string path, long? offset, string reason, Exception? innerException = null)
        : base("VhdChainBroken", $"The chain of VHDs is broken at '{path}'", path, offset, reason, innerException)
    {
    }
}
