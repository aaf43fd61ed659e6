using System.Management.Automation;
using System.Security;
using ImageUtils.PowerShell.Commands.Base;
using ImageUtils.Processes;
using ImageUtils.Storage;

namespace ImageUtils.PowerShell.Commands;

/// <summary>The parameters of encryption, and the question before a device is written.</summary>
public sealed partial class ConvertVolumeImageCommand
{
    private CipherSpec? _cipher;
    private Passphrase? _passphrase;
    private Passphrase? _sourcePassphrase;
    private bool _yesToAll;
    private bool _noToAll;

    /// <summary>The cipher of a LUKS volume, for example aes-xts-plain64.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CipherSpec { get; set; }

    /// <summary>The key size of the cipher, in bits.</summary>
    [Parameter]
    public int KeySize { get; set; } = ImageUtils.CipherSpec.DefaultKeySize;

    /// <summary>The file with the passphrase of a LUKS volume; its bytes count as they are.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? PassphraseFile { get; set; }

    /// <summary>The passphrase of a LUKS volume.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? Passphrase { get; set; }

    /// <summary>The file with the passphrase of an encrypted source; its bytes count as they are.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourcePassphraseFile { get; set; }

    /// <summary>The passphrase of an encrypted source.</summary>
    [Parameter]
    [ValidateNotNull]
    public SecureString? SourcePassphrase { get; set; }

    /// <inheritdoc/>
    protected override void Begin()
    {
        RequireOne(PassphraseFile, Passphrase, nameof(Passphrase));
        RequireOne(SourcePassphraseFile, SourcePassphrase, nameof(SourcePassphrase));
        if (CipherSpec is null && MyInvocation.BoundParameters.ContainsKey(nameof(KeySize)))
        {
            throw new ArgumentException("-KeySize goes with -CipherSpec.");
        }

        _cipher = CipherSpec is null ? null : ImageUtils.CipherSpec.Decode(CipherSpec, KeySize);
    }

    private static void RequireOne(string? file, SecureString? secret, string name)
    {
        if (file is not null && secret is not null)
        {
            throw new ArgumentException($"Give either -{name}File or -{name}.");
        }
    }

    /// <summary>Reads the passphrases; they are wiped when what is returned is disposed of.</summary>
    private Wipe ReadPassphrases()
    {
        Wipe wipe = new(this);
        try
        {
            _passphrase = Read(PassphraseFile, Passphrase, nameof(Passphrase));
            _sourcePassphrase = Read(SourcePassphraseFile, SourcePassphrase, nameof(SourcePassphrase));
            return wipe;
        }
        catch
        {
            wipe.Dispose();
            throw;
        }
    }

    private Passphrase? Read(string? file, SecureString? secret, string name)
    {
        if (secret is not null)
        {
            return Processes.Passphrase.FromSecureString(secret, "-" + name);
        }

        return file is null ? null : Processes.Passphrase.FromFile(Unresolved(file));
    }

    private bool ConfirmDevice(string destination) =>
        FileIdentity.TryOf(destination) is not { Kind: FileKind.BlockDevice }
        || HighImpact.Confirm(this, $"Everything on the device '{destination}' will be lost. Go on?", "Write to a device", ref _yesToAll, ref _noToAll);

    private sealed class Wipe(ConvertVolumeImageCommand command) : IDisposable
    {
        public void Dispose()
        {
            command._passphrase?.Dispose();
            command._sourcePassphrase?.Dispose();
        }
    }
}
