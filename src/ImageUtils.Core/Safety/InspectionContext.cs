using ImageUtils.Storage;

namespace ImageUtils.Safety;

/// <summary>What the rules of a format work with.</summary>
/// <param name="Reader">The bytes.</param>
/// <param name="Request">What is asked.</param>
/// <param name="Checks">Where findings go.</param>
/// <param name="CancellationToken">Ends the work.</param>
internal sealed record InspectionContext(IImageReader Reader, InspectionRequest Request, CheckList Checks, CancellationToken CancellationToken)
{
    /// <summary>True where every table is to be read.</summary>
    public bool IsFull => Request.Depth == InspectionDepth.Full;

    /// <summary>How many containers are around the bytes.</summary>
    public int Depth { get; init; }

    /// <summary>Makes a step of a judgement as far as its bytes are there; the reader remembers what was not.</summary>
    /// <param name="judge">The step.</param>
    public static void WhereHere(Action judge)
    {
        try
        {
            judge();
        }
        catch (ContentNotHereException)
        {
            // Not seen: neither passed nor failed.
        }
    }
}
