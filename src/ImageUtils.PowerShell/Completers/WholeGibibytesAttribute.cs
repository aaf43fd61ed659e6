using System.Globalization;
using System.Management.Automation;

namespace ImageUtils.PowerShell.Completers;

/// <summary>
/// Refuses a fraction where whole GiB are taken: PowerShell would round it, to the even neighbour, and a disk would get another
/// size than the one that was typed.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class WholeGibibytesAttribute : ArgumentTransformationAttribute
{
    /// <summary>The parameter beside it that takes bytes; null: there is none.</summary>
    public string? BytesParameter { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        object data = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (!IsFraction(data))
        {
            return inputData;
        }

        string advice = BytesParameter is null ? string.Empty : $"; for a size in between use -{BytesParameter}, for example 1.5GB";
        throw new ArgumentTransformationMetadataException(string.Create(CultureInfo.InvariantCulture, $"'{data}' is not a size that can be used here: whole GiB are taken{advice}."));
    }

    // A text is read as PowerShell reads it, in no one's culture.
    private static bool IsFraction(object data) => data switch
    {
        decimal number => number != decimal.Truncate(number),
        double number => Math.Truncate(number) != number,
        float number => MathF.Truncate(number) != number,
        string text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && Math.Truncate(number) != number,
        _ => false,
    };
}
