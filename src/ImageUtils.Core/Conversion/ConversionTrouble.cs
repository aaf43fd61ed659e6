using System.Globalization;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Conversion;

/// <summary>Turns what went wrong on the way into the error that the caller can act on.</summary>
internal static class ConversionTrouble
{
    /// <summary>What a control of qemu's LUKS driver says where a passphrase opens no slot (crypto/block-luks.c).</summary>
    private const string WrongPassphrase = "Invalid password";

    /// <summary>Explains an error.</summary>
    /// <param name="e">What a program said, or the file system.</param>
    /// <param name="plan">What was being done.</param>
    /// <param name="target">Where it went.</param>
    /// <returns>The error to throw instead.</returns>
    public static ImageUtilsException Explain(Exception e, ConversionPlan plan, IConversionTarget target) => e switch
    {
        IOException io when DiskSpace.IsNoSpace(io) => target.NoSpace(e),
        ToolFailedException tool => Explain(tool, plan, target),
        _ => new ConversionFailedException(plan.Source.Path, e.Message, e) { RecommendedAction = target.StateAfterFailure() },
    };

    private static ImageUtilsException Explain(ToolFailedException e, ConversionPlan plan, IConversionTarget target)
    {
        bool Says(string text) => e.StandardError.Contains(text, StringComparison.Ordinal);
        if (Says("No space left") || Says("Disk quota exceeded"))
        {
            return target.NoSpace(e);
        }

        if (plan.Source.IsEncrypted && Says(WrongPassphrase))
        {
            return new WrongPassphraseException(plan.Source.Path, e) { RecommendedAction = "Every byte of a passphrase file counts, the end of a line included." };
        }

        bool isCipher = Says("Unsupported cipher") || Says("Algorithm '") || (Says("does not accept value '") && (Says("'cipher-") || Says("'ivgen-")));
        if (plan.Cipher is { } cipher && isCipher)
        {
            return new InvalidCipherSpecException($"{cipher.CipherAlgorithm} {cipher.CipherMode} {cipher.IvGenerator}", $"qemu-img does not know it: {e.StandardError.Trim()}");
        }

        string message = e.ExitCode < 0
            ? string.Create(CultureInfo.InvariantCulture, $"{Qemu.QemuImg.ToolName} was ended by signal {-e.ExitCode}. {e.Message}")
            : e.Message;
        string? advice = string.Join(' ', new[] { e.RecommendedAction, target.StateAfterFailure() }.Where(text => text is not null));
        return new ConversionFailedException(plan.Source.Path, message, e) { RecommendedAction = advice.Length == 0 ? null : advice };
    }
}
