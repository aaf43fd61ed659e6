using System.Management.Automation;

namespace ImageUtils.PowerShell.Completers;

/// <summary>Takes a number of seconds or a time span; PowerShell itself would take a number for ticks.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecondsTransformationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        return data is TimeSpan span ? (int)Math.Clamp(Math.Ceiling(span.TotalSeconds), int.MinValue, int.MaxValue) : inputData;
    }
}
