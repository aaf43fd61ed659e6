using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.PowerShell.Commands.Base;

namespace ImageUtils.PowerShell.Commands;

/// <summary>Takes a cipher specification such as aes-xts-plain64 apart, into the words that qemu's LUKS driver wants.</summary>
[Cmdlet(VerbsData.ConvertFrom, "CipherSpec")]
[OutputType(typeof(CipherSpec))]
public sealed class ConvertFromCipherSpecCommand : OperationCommand
{
    /// <summary>The specification: cipher, mode and the maker of initialisation vectors.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [AllowEmptyString]
    [Alias("Cipher")]
    public string CipherSpec { get; set; } = string.Empty;

    /// <summary>The key size in bits.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("KeySizeBits")]
    public int KeySize { get; set; }

    /// <inheritdoc/>
    protected override void Process()
    {
        try
        {
            WriteObject(ImageUtils.CipherSpec.Decode(CipherSpec, KeySize));
        }
        catch (InvalidCipherSpecException e)
        {
            WriteError(ErrorRecords.From(e, CipherSpec));
        }
    }
}
