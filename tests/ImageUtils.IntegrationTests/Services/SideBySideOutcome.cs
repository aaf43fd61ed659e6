namespace ImageUtils.IntegrationTests.Services;

/// <summary>What came of one piece of work on each side.</summary>
/// <param name="Subject">The sample image or volume.</param>
/// <param name="Work">fetch, verify, raw, vhd, or "as" and the format that a volume is published as.</param>
/// <param name="Theirs">The name of cinder's exception, or the content.</param>
/// <param name="Ours">The id of our error, or the content.</param>
internal sealed record SideBySideOutcome(string Subject, string Work, PeerAnswer Theirs, PeerAnswer Ours)
{
    /// <summary>True where one refuses and the other does not, or what came out is not the same.</summary>
    public bool IsDifference => Theirs.IsRefusal != Ours.IsRefusal || (!Theirs.IsRefusal && Theirs.Content != Ours.Content);

    /// <summary>How the documents write what cinder did.</summary>
    public string TheirWord => Theirs.Refusal ?? "takes it";

    /// <summary>How the documents write what was done here.</summary>
    public string OurWord => Ours.Refusal ?? (Theirs.IsRefusal ? "takes it" : Theirs.Content == Ours.Content ? "the same" : "other content");

    public override string ToString() => $"{Subject,-32} {Work,-12} {TheirWord,-22} {OurWord,-22}{(IsDifference ? " !" : string.Empty)}";
}
