using System.Management.Automation;
using ImageUtils.Configuration;
using ImageUtils.Errors;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>A size that is given in whole GiB by one parameter and in bytes by another.</summary>
internal static class SizeParameters
{
    /// <summary>Turns the pair into bytes; a size that is none ends the cmdlet.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="gibibytes">Whole GiB, or null.</param>
    /// <param name="bytes">Bytes, or null.</param>
    /// <param name="parameterName">The GiB parameter's name, for the error.</param>
    /// <returns>Bytes, or null where neither was given.</returns>
    public static long? ToBytes(PSCmdlet cmdlet, long? gibibytes, long? bytes, string parameterName)
    {
        try
        {
            return bytes ?? (gibibytes is { } size ? VolumeSize.FromGiB(size) : null);
        }
        catch (InvalidSizeException e)
        {
            // A large number was meant in bytes: who types 10GB there gets 10737418240.
            string bytesName = parameterName.Replace("GB", "Bytes", StringComparison.Ordinal);
            InvalidSizeException told = gibibytes <= VolumeSize.LargestGiB
                ? e
                : new(e.Value, $"-{parameterName} takes whole GiB; for a size in bytes, such as 10GB, use -{bytesName}.", e);
            cmdlet.ThrowTerminatingError(ErrorRecords.From(told, gibibytes));
            return null;
        }
    }
}
