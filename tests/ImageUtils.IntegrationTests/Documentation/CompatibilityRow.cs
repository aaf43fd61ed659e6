namespace ImageUtils.IntegrationTests.Documentation;

/// <summary>One line of the reference as docs/compatibility.md has it.</summary>
/// <param name="Line">Its number.</param>
/// <param name="Section">The section it stands in.</param>
/// <param name="What">What it is about.</param>
/// <param name="ShownBy">The tests that show it, or why there is none.</param>
internal sealed record CompatibilityRow(int Line, int Section, string What, string ShownBy)
{
    public string[] Parts => ShownBy.Split(';', StringSplitOptions.TrimEntries);
}
