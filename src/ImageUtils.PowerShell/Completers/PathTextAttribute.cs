using System.Management.Automation;

namespace ImageUtils.PowerShell.Completers;

/// <summary>
/// Keeps a custom object (a row of a table, for example) from being taken for a path: its text, <c>@{…}</c>, is none, and where
/// it has properties for other parameters PowerShell would prefer that text to the property that has the path.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class PathTextAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if ((inputData is PSObject wrapped ? wrapped.BaseObject : inputData) is PSCustomObject)
        {
            // With such a cause the binder goes on and looks at the object's properties.
            const string Message = "A custom object is no path; its property LiteralPath, FullName or PSPath can be one.";
            throw new ArgumentTransformationMetadataException(Message, new PSInvalidCastException(Message));
        }

        return inputData;
    }
}
