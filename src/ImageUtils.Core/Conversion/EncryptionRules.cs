using ImageUtils.Errors;
using ImageUtils.Formats;

namespace ImageUtils.Conversion;

/// <summary>Which passphrases a conversion needs, and which make no sense. Pure.</summary>
internal static class EncryptionRules
{
    /// <summary>
    /// qemu-img itself takes as many as a machine does in two seconds, and today's do more than the 12 million at which the
    /// inspector refuses an image that nobody has the key of. Who has it may wait longer, but not for ever.
    /// </summary>
    private const long MostIterations = 200_000_000;

    /// <summary>Judges what is asked for the result; needs no source.</summary>
    /// <param name="request">The conversion.</param>
    /// <exception cref="InvalidPassphraseException">The result is LUKS, and there is no passphrase for it.</exception>
    /// <exception cref="NotSupportedOperationException">The result is no LUKS, and there is a passphrase or a cipher for it.</exception>
    public static void RequireForResult(VolumeRequest request)
    {
        if (request.OutputFormat == DiskFormat.Luks)
        {
            if (request.Passphrase is null)
            {
                throw new InvalidPassphraseException(request.DestinationPath, "none was given, and a LUKS volume needs one.");
            }
        }
        else if (request.Passphrase is not null || request.Cipher is not null)
        {
            throw new NotSupportedOperationException($"A passphrase and a cipher belong to a result in the format luks, not {request.OutputFormat}.");
        }
    }

    /// <summary>Judges what is asked for the source.</summary>
    /// <param name="request">The conversion.</param>
    /// <param name="facts">What the source is.</param>
    /// <exception cref="InvalidPassphraseException">It is encrypted, and there is no passphrase for it.</exception>
    /// <exception cref="NotSupportedOperationException">It is not encrypted, and there is a passphrase; or it is LUKS version 2.</exception>
    public static void RequireForSource(ConversionRequest request, ImageFacts facts)
    {
        if (IsLuks2(facts))
        {
            throw new NotSupportedOperationException(
                $"'{request.SourcePath}' is LUKS version 2, which qemu-img cannot open (it knows version 1). Open it with cryptsetup, and convert the device that appears.");
        }

        if (facts.IsEncrypted && request.SourcePassphrase is null)
        {
            throw new InvalidPassphraseException(request.SourcePath, "none was given, and the image is encrypted.");
        }

        if (!facts.IsEncrypted && request.SourcePassphrase is not null)
        {
            throw new NotSupportedOperationException($"'{request.SourcePath}' is {facts.Format} and not encrypted; it takes no source passphrase.");
        }

        if (request.SourcePassphrase is not null && IterationsOf(facts) is > MostIterations and long iterations)
        {
            throw new ImageUnacceptableException(
                request.ImageId ?? request.SourcePath,
                FormattableString.Invariant($"Its key slots need {iterations} iterations to be tried, which would take minutes; {MostIterations} are accepted."));
        }
    }

    /// <summary>What has to be computed where a passphrase opens none of the active slots.</summary>
    private static long IterationsOf(ImageFacts facts)
    {
        IReadOnlyDictionary<string, object?> luks = facts.FormatSpecific.TryGetValue("encrypt", out object? inner) && inner is IReadOnlyDictionary<string, object?> found ? found : facts.FormatSpecific;
        long iterations = luks.TryGetValue("master-key-iters", out object? master) && master is long cost ? cost : 0;
        if (luks.TryGetValue("slots", out object? slots) && slots is IEnumerable<IReadOnlyDictionary<string, object?>> all)
        {
            iterations += all.Sum(slot => slot.TryGetValue("iters", out object? own) && own is long count ? count : 0);
        }

        return iterations;
    }

    private static bool IsLuks2(ImageFacts facts) =>
        facts.Format == DiskFormat.Luks && facts.FormatSpecific.TryGetValue("version", out object? version) && version is 2L;
}
