using System.Management.Automation;

namespace ImageUtils.PowerShell;

/// <summary>
/// Runs a script block of the user's as a part of a cmdlet's own pipeline: what it emits streams on at once, and what it
/// throws, breaks or stops passes through as it is.
/// </summary>
internal static class ScriptBlockPipeline
{
    // The parameters live only while the call is put together; its own $args would be the caller's.
    private const string Call = "param($imageUtilsBody, $imageUtilsBlock, $imageUtilsInput) & $imageUtilsBody $imageUtilsBlock $imageUtilsInput";

    // Without a name of its own in any scope that the user's block could see: only $_ and its own $args.
    private const string Body = "$args[1] | & { process { & $args[0] $_ } } $args[0]";

    /// <summary>Runs a block with one input, which is $_ and the first argument.</summary>
    /// <param name="block">The block.</param>
    /// <param name="input">The input.</param>
    /// <param name="cmdlet">Whose pipeline gets the output.</param>
    public static void Invoke(ScriptBlock block, object input, PSCmdlet cmdlet)
    {
        // A block sees the variables of the module it was written in, so $_ has to be set there.
        ScriptBlock body = ScriptBlock.Create(Body);
        ScriptBlock bound = block.Module is { } module ? module.NewBoundScriptBlock(body) : body;
        using SteppablePipeline pipeline = ScriptBlock.Create(Call).GetSteppablePipeline(cmdlet.MyInvocation.CommandOrigin, [bound, block, input]);
        pipeline.Begin(cmdlet);
        pipeline.Process();
        pipeline.End();
    }
}
