using System.Security.Cryptography;
using ImageUtils.Errors;
using ImageUtils.Operations;
using ImageUtils.Privilege;
using ImageUtils.Processes;

namespace ImageUtils.Conversion;

/// <summary>
/// The passphrases of one conversion as qemu-img is given them: by the way of the system, or, behind the root helper, through
/// the standard input of the privileged imageutils.
/// </summary>
internal sealed class SecretOffer : IDisposable
{
    private readonly SecretHandover? _source;
    private readonly SecretHandover? _result;
    private readonly byte[] _frame = [];
    private readonly string? _program;
    private readonly int _count;

    private SecretOffer(SecretHandover? source, SecretHandover? result)
    {
        (_source, _result) = (source, result);
        SourcePath = source?.FilePath;
        ResultPath = result?.FilePath;
        StandardInput = source?.StandardInput ?? result?.StandardInput;
    }

    private SecretOffer(ConversionSecrets secrets, string program)
    {
        Passphrase[] all = [.. new[] { secrets.Source, secrets.Result }.OfType<Passphrase>()];
        _frame = SecretFrame.Write(all);
        _program = program;
        _count = all.Length;
        SourcePath = secrets.Source is null ? null : SecretLauncher.PathOf(0);
        ResultPath = secrets.Result is null ? null : SecretLauncher.PathOf(_count - 1);
        StandardInput = _frame;
    }

    /// <summary>Where qemu-img finds the passphrase of the source; null: it has none.</summary>
    public string? SourcePath { get; }

    /// <summary>Where qemu-img finds the passphrase of the result; null: it has none.</summary>
    public string? ResultPath { get; }

    /// <summary>What the program is given on its standard input; null: nothing.</summary>
    public ReadOnlyMemory<byte>? StandardInput { get; }

    /// <summary>True where a program of ours stands in front of qemu-img.</summary>
    public bool IsLaunched => _program is not null;

    /// <summary>Offers passphrases.</summary>
    /// <param name="secrets">The passphrases; they must outlive the object.</param>
    /// <param name="runAsRoot">Whether qemu-img is run through the root helper, where there is need of one.</param>
    /// <param name="context">The ports.</param>
    /// <returns>The offer; the caller disposes of it when the program has ended.</returns>
    /// <exception cref="NotSupportedOperationException">This system has one way only, and there are two passphrases.</exception>
    /// <exception cref="RootHelperUnavailableException">There is no imageutils that root could run.</exception>
    public static SecretOffer Make(ConversionSecrets secrets, bool runAsRoot, OperationContext context)
    {
        if (runAsRoot && context.Processes.UsesRootHelper && (secrets.Source ?? secrets.Result) is not null)
        {
            return new SecretOffer(secrets, PrivilegedProgram.Find(context.Processes, context.Options.RootHelper));
        }

        SecretHandover? source = secrets.Source is null ? null : SecretHandover.Offer(secrets.Source);
        var offer = new SecretOffer(source, secrets.Result is null ? null : SecretHandover.Offer(secrets.Result));
        if (offer._source?.StandardInput is not null && offer._result?.StandardInput is not null)
        {
            offer.Dispose();
            throw new NotSupportedOperationException("Two passphrases cannot be handed to qemu-img on this system; convert to raw first.");
        }

        return offer;
    }

    /// <summary>The words in front of qemu-img.</summary>
    /// <param name="addressSpaceBytes">The limit of its address space; null: none.</param>
    /// <returns>The words; none where nothing stands there.</returns>
    public IReadOnlyList<string> Words(long? addressSpaceBytes) => _program is null ? [] : SecretLauncher.Words(_program, _count, addressSpaceBytes);

    /// <summary>Takes the passphrases back, and wipes what was made of them.</summary>
    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_frame);
        _source?.Dispose();
        _result?.Dispose();
    }
}
