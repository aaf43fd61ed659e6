namespace ImageUtils.Safety;

/// <summary>One rule, and what it found in one image.</summary>
public sealed record ImageCheck
{
    /// <summary>The stable name of the check (<see cref="CheckNames"/>), for example <c>backing_file</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public required CheckOutcome Outcome { get; init; }

    /// <summary>What was found, as a sentence for people. Control characters of the image are escaped.</summary>
    public required string Reason { get; init; }

    /// <summary>Where in the file the evidence lies, in bytes from its beginning; null where there is no one place.</summary>
    public long? Offset { get; init; }

    /// <summary>The bytes themselves in lower-case hex, at most 32 of them; null where there are none.</summary>
    public string? Evidence { get; init; }

    /// <summary>The CVE, bug or section of a specification behind the rule.</summary>
    public string? Reference { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name}: {Outcome} ({Reason})";
}
