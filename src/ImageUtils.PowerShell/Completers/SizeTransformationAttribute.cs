using System.Management.Automation;
using ImageUtils.Errors;
using ImageUtils.Configuration;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Takes a size as a number of bytes or as a text such as 10GB or 512M, in any culture.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SizeTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (data is not string text)
        {
            return inputData;
        }

        try
        {
            return SizeText.Parse(text);
        }
        catch (InvalidSizeException e)
        {
            throw new ArgumentTransformationMetadataException(e.Message, e);
        }
    }
}
