using ImageUtils.Formats;
using ImageUtils.Formats.Luks;
using ImageUtils.Formats.Qcow2;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>Encryption of qcow2: LUKS with a sound header passes, the old AES method and unknown ones do not.</summary>
internal static class Qcow2EncryptionRules
{
    private const int MethodField = 32;

    public static void Judge(Qcow2Metadata metadata, InspectionContext context)
    {
        CheckList checks = context.Checks;
        ReadOnlySpan<byte> evidence = ((ReadOnlySpan<byte>)metadata.HeaderBytes).Part(MethodField, 4);
        switch (metadata.Header.CryptMethod)
        {
            case 0:
                if (metadata.Extensions.EncryptionOffset is long extension)
                {
                    checks.Fail(CheckNames.Encryption, "A header extension names a LUKS header, and the content is said not to be encrypted.", extension, reference: References.Qcow2);
                }

                checks.Pass(CheckNames.Encryption, "The content is not encrypted.");
                break;
            case 1:
                checks.Fail(CheckNames.Encryption, "The content is encrypted with the old AES method, which is broken by design and given up by qemu.", MethodField, evidence, References.Qcow2);
                break;
            case 2:
                JudgeLuks(metadata, context);
                break;
            case uint method:
                checks.Fail(CheckNames.Encryption, FormattableString.Invariant($"Encryption method {method} is not known."), MethodField, evidence, References.Qcow2);
                break;
        }
    }

    private static void JudgeLuks(Qcow2Metadata metadata, InspectionContext context)
    {
        CheckList checks = context.Checks;
        if (metadata.Extensions.EncryptionHeader is not (ulong offset, ulong length))
        {
            checks.Fail(CheckNames.Encryption, "The content is encrypted, but the header extension with the LUKS header is missing.", MethodField, reference: References.Qcow2);
            return;
        }

        if (metadata.Header.ClusterSize == 0 || offset % (ulong)metadata.Header.ClusterSize != 0 || offset == 0 || !context.Reader.Contains(offset, length))
        {
            checks.Fail(CheckNames.Encryption, FormattableString.Invariant($"The LUKS header ({length} bytes at 0x{offset:x}) does not lie in the file as it must."), MethodField, reference: References.Qcow2);
            return;
        }

        if (!context.Reader.Has((long)offset, Luks1Header.Size))
        {
            return;
        }

        if (metadata.Encryption is not { HasMagic: true } header)
        {
            checks.Fail(CheckNames.Encryption, FormattableString.Invariant($"There is no LUKS header at 0x{offset:x}."), (long)offset, reference: References.Luks1);
            return;
        }

        Luks1Rules.JudgeHeader(header, (long)offset, (long)length, CheckNames.Encryption, checks);
        checks.Pass(CheckNames.Encryption, "The content is encrypted with LUKS.");
    }
}
