using ImageUtils.Formats;

namespace ImageUtils.Safety;

/// <summary>Collects findings; each name ends as one check with its worst outcome, in the order in which names came up.</summary>
internal sealed class CheckList
{
    private const int EvidenceSize = 32;
    private const int MostReasons = 8;

    private readonly List<string> _order = [];
    private readonly Dictionary<string, List<ImageCheck>> _findings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _notes = new(StringComparer.Ordinal);

    /// <summary>The rule is kept, unless something else is said of it.</summary>
    public void Pass(string name, string reason, string? reference = null) => Add(new ImageCheck { Name = name, Outcome = CheckOutcome.Passed, Reason = reason, Reference = reference });

    /// <summary>The rule is broken.</summary>
    public void Fail(string name, string reason, long? offset = null, ReadOnlySpan<byte> evidence = default, string? reference = null) =>
        Add(Make(name, CheckOutcome.Failed, reason, offset, evidence, reference));

    /// <summary>Odd, and no reason to refuse.</summary>
    public void Warn(string name, string reason, long? offset = null, ReadOnlySpan<byte> evidence = default, string? reference = null) =>
        Add(Make(name, CheckOutcome.Warning, reason, offset, evidence, reference));

    /// <summary>The rule has no bearing here.</summary>
    public void Skip(string name, string reason) => Add(new ImageCheck { Name = name, Outcome = CheckOutcome.NotApplicable, Reason = reason });

    /// <summary>What the rule was held against, a sentence that its reason begins with however it ends.</summary>
    public void Note(string name, string sentence) => _notes[name] = sentence;

    /// <summary>Each defect breaks the rule.</summary>
    public void Fail(string name, IEnumerable<FormatDefect> defects, string? reference = null)
    {
        foreach (FormatDefect defect in defects)
        {
            Fail(name, defect.Reason, defect.Offset, reference: reference);
        }
    }

    /// <summary>The checks, one a name; those to be ignored have no bearing, and say what they would have said.</summary>
    /// <param name="ignored">The names to be ignored.</param>
    /// <returns>The checks.</returns>
    public IReadOnlyList<ImageCheck> ToChecks(IReadOnlyList<string> ignored)
    {
        List<ImageCheck> checks = [];
        foreach (string name in _order)
        {
            ImageCheck check = Combine(_findings[name]);
            check = _notes.TryGetValue(name, out string? note) ? check with { Reason = $"{note} {check.Reason}" } : check;
            bool isRelaxed = check.Outcome == CheckOutcome.Failed && ignored.Contains(name, StringComparer.OrdinalIgnoreCase);
            checks.Add(isRelaxed ? check with { Outcome = CheckOutcome.NotApplicable, Reason = $"Relaxed by name; it would have failed: {check.Reason}" } : check);
        }

        return checks;
    }

    private static int Severity(CheckOutcome outcome) => outcome switch
    {
        CheckOutcome.Failed => 3,
        CheckOutcome.Warning => 2,
        CheckOutcome.Passed => 1,
        _ => 0,
    };

    private static ImageCheck Combine(List<ImageCheck> findings)
    {
        int worst = findings.Max(finding => Severity(finding.Outcome));
        ImageCheck[] counting = findings.Where(finding => Severity(finding.Outcome) == worst).ToArray();
        return worst <= 1 || counting.Length == 1
            ? counting[^1]
            : counting[0] with { Reason = string.Join(' ', counting.Select(finding => finding.Reason).Distinct(StringComparer.Ordinal).Take(MostReasons)) };
    }

    private static ImageCheck Make(string name, CheckOutcome outcome, string reason, long? offset, ReadOnlySpan<byte> evidence, string? reference) => new()
    {
        Name = name,
        Outcome = outcome,
        Reason = reason,
        Offset = offset,
        Evidence = evidence.IsEmpty ? null : Convert.ToHexStringLower(evidence[..Math.Min(evidence.Length, EvidenceSize)]),
        Reference = reference,
    };

    private void Add(ImageCheck check)
    {
        if (!_findings.TryGetValue(check.Name, out List<ImageCheck>? findings))
        {
            findings = [];
            _findings.Add(check.Name, findings);
            _order.Add(check.Name);
        }

        findings.Add(check);
    }
}
