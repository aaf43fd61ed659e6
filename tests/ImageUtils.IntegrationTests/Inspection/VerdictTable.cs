using System.Globalization;
using System.Text;
using System.Text.Json;
using ImageUtils.Safety;

namespace ImageUtils.IntegrationTests.Inspection;

/// <summary>
/// Verdicts side by side: what a strict inspector should say, what oslo.utils' inspector says, whether qemu-img opens the
/// file, and what ours says. The first three come from the corpus.
/// </summary>
internal sealed class VerdictTable
{
    private const string Accept = "accept";
    private const string Reject = "reject";

    private readonly StringBuilder _rows = new();
    private int _judged;
    private int _wrongOslo;
    private int _wrongQemu;
    private int _wrongOurs;

    public void Add(JsonElement file, ImageInspection inspection)
    {
        string expected = file.GetProperty("verdict").GetString()!;
        string oslo = Oslo(file);
        string qemu = file.TryGetProperty("qemu_img", out JsonElement info) && info.GetProperty("exit").ToString() == "0" ? Accept : Reject;
        string ours = inspection.IsAcceptable ? Accept : Reject;
        string failed = string.Join(' ', inspection.Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => check.Name));
        _rows.AppendLine(CultureInfo.InvariantCulture, $"{file.GetProperty("file").GetString(),-34} {expected,-8} {Mark(oslo, expected),-8} {Mark(qemu, expected),-8} {Mark(ours, expected),-8} {failed}");
        if (expected is Accept or Reject)
        {
            _judged++;
            _wrongOslo += oslo == expected ? 0 : 1;
            _wrongQemu += qemu == expected ? 0 : 1;
            _wrongOurs += ours == expected ? 0 : 1;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{"file",-34} {"expected",-8} {"oslo",-8} {"qemu-img",-8} {"ours",-8} failed checks\n{_rows}wrong of {_judged}: oslo {_wrongOslo}, qemu-img {_wrongQemu}, ours {_wrongOurs} (! is a wrong answer)\n");

    private static string Oslo(JsonElement file)
    {
        bool isSafe = file.TryGetProperty("oslo", out JsonElement oslo)
            && oslo.TryGetProperty("safety", out JsonElement safety)
            && safety.ValueKind == JsonValueKind.String
            && safety.GetString() == "pass";
        return isSafe ? Accept : Reject;
    }

    private static string Mark(string verdict, string expected) => expected is Accept or Reject && verdict != expected ? verdict + "!" : verdict;
}
