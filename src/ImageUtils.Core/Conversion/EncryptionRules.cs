using ImageUtils.Errors;
using ImageUtils.Formats;

namespace ImageUtils.Conversion;

/// <summary>Which passphrases a conversion needs, and which make no sense. Pure.</summary>
internal static class EncryptionRules
{
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
    }

    private static bool IsLuks2(ImageFacts facts) =>
        facts.Format == DiskFormat.Luks && facts.FormatSpecific.TryGetValue("version", out object? version) && version is 2L;
}
