using ImageUtils.Formats;
using ImageUtils.Formats.Luks;

namespace ImageUtils.Safety.Rules;

/// <summary>What a LUKS1 header must keep to, on its own or inside of a qcow2 image.</summary>
internal static class Luks1Rules
{
    /// <summary>More would keep a processor busy for minutes (oslo's limit).</summary>
    public const uint MaximumIterations = 64_000_000;

    /// <summary>The bound of oslo.utils; qemu-img takes what a machine does in two seconds, and fast ones do more than this.</summary>
    private const uint UsualIterations = 12_000_000;

    private const int SlotField = 208;
    private const int SlotSize = 48;
    private const int StripeCount = 4000;
    private const int MaximumKeyBytes = 512;

    /// <summary>Judges a header.</summary>
    /// <param name="header">The header.</param>
    /// <param name="offset">Where it stands in the file.</param>
    /// <param name="room">How far it and its key material may reach, from the header's beginning.</param>
    /// <param name="check">The name of the check that most rules belong to.</param>
    /// <param name="checks">Where findings go.</param>
    public static void JudgeHeader(Luks1Header header, long offset, long room, string check, CheckList checks)
    {
        if (header.IsTruncated)
        {
            checks.Fail(check, "The file ends inside the LUKS header.", offset, reference: References.Luks1);
            return;
        }

        if (header.Version != 1)
        {
            checks.Fail(check, FormattableString.Invariant($"LUKS version {header.Version} is not known here."), offset + 6, reference: References.Luks1);
            return;
        }

        JudgeText("cipher name", header.CipherBytes, offset + 8, check, checks);
        JudgeText("cipher mode", header.ModeBytes, offset + 40, check, checks);
        JudgeText("hash name", header.HashBytes, offset + 72, check, checks);
        JudgeText("UUID", header.IdBytes, offset + 168, check, checks, mayBeEmpty: true);
        if (header.KeyBytes is 0 or > MaximumKeyBytes)
        {
            checks.Fail(check, FormattableString.Invariant($"A key of {header.KeyBytes} bytes is not allowed."), offset + 108, reference: References.Luks1);
            return;
        }

        if (header.PayloadOffset < Luks1Header.Size)
        {
            checks.Fail(check, FormattableString.Invariant($"The content is said to begin at byte {header.PayloadOffset}, inside the header."), offset + 104, reference: References.Luks1);
        }

        JudgeCost("master key", header.MasterKeyIterations, offset + 164, checks);
        JudgeSlots(header, offset, room, check, checks);
        checks.Pass(CheckNames.KeyDerivation, FormattableString.Invariant($"No key needs more than {MaximumIterations} iterations."), References.LuksCost);
    }

    private static void JudgeText(string what, byte[] field, long offset, string check, CheckList checks, bool mayBeEmpty = false)
    {
        int end = field.AsSpan().IndexOf((byte)0);
        ReadOnlySpan<byte> text = end < 0 ? field : field.AsSpan(0, end);
        if (end < 0 || (text.IsEmpty && !mayBeEmpty) || !ImageText.IsPrintable(text))
        {
            checks.Fail(check, $"The {what} is no plain text that ends inside its field.", offset, field, References.Luks1);
        }
    }

    private static void JudgeCost(string what, uint iterations, long offset, CheckList checks)
    {
        if (iterations is 0 or > MaximumIterations)
        {
            checks.Fail(CheckNames.KeyDerivation, FormattableString.Invariant($"The {what} needs {iterations} iterations; 1 to {MaximumIterations} are accepted."), offset, reference: References.LuksCost);
        }
        else if (iterations > UsualIterations)
        {
            checks.Warn(CheckNames.KeyDerivation, FormattableString.Invariant($"The {what} needs {iterations} iterations, more than {UsualIterations}: opening the image takes long."), offset, reference: References.LuksCost);
        }
    }

    private static void JudgeSlots(Luks1Header header, long offset, long room, string check, CheckList checks)
    {
        List<(long Start, long End, int Number)> places = [];
        for (int number = 0; number < header.Slots.Count; number++)
        {
            LuksKeySlot slot = header.Slots[number];
            long field = offset + SlotField + (number * SlotSize);
            if (slot.State is not (LuksKeySlot.Active or LuksKeySlot.Inactive))
            {
                checks.Fail(check, FormattableString.Invariant($"Key slot {number} is neither active nor inactive."), field, reference: References.Luks1);
                continue;
            }

            long end = slot.KeyOffset + (header.KeyBytes * (long)slot.Stripes);
            if (slot.Stripes != StripeCount || slot.KeyOffset < Luks1Header.Size || end > header.PayloadOffset || end > room)
            {
                checks.Fail(check, FormattableString.Invariant($"The key material of slot {number} ({slot.Stripes} stripes at byte {slot.KeyOffset}) does not lie between header and content."), field + 40, reference: References.Luks1);
                continue;
            }

            if (slot.IsActive)
            {
                JudgeCost(FormattableString.Invariant($"key of slot {number}"), slot.Iterations, field + 4, checks);
            }

            foreach ((long start, long otherEnd, int other) in places)
            {
                if (slot.KeyOffset < otherEnd && start < end)
                {
                    checks.Fail(check, FormattableString.Invariant($"The key material of slots {other} and {number} overlaps."), field + 40, reference: References.Luks1);
                }
            }

            places.Add((slot.KeyOffset, end, number));
        }
    }
}
