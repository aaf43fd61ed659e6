using System.Management.Automation;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>One dangerous use of a cmdlet whose other uses are harmless, so that ConfirmImpact cannot be High for all of them.</summary>
internal static class HighImpact
{
    /// <summary>Asks about it, after ShouldProcess, where a High impact would be asked about.</summary>
    /// <param name="cmdlet">The cmdlet.</param>
    /// <param name="query">The question, with what will be lost.</param>
    /// <param name="caption">The heading of the question.</param>
    /// <param name="yesToAll">Set where the user said yes for all that follow.</param>
    /// <param name="noToAll">Set where the user said no for all that follow.</param>
    /// <returns>True where the work may be done.</returns>
    public static bool Confirm(PSCmdlet cmdlet, string query, string caption, ref bool yesToAll, ref bool noToAll)
    {
        ConfirmImpact preference = LanguagePrimitives.TryConvertTo(cmdlet.GetVariableValue("ConfirmPreference"), out ConfirmImpact set) ? set : ConfirmImpact.High;

        // -Confirm, or a preference of Medium or lower, has made ShouldProcess ask; -Confirm:$false and None want no question.
        bool isAsked = !cmdlet.MyInvocation.BoundParameters.ContainsKey("Confirm") && preference == ConfirmImpact.High;
        return !isAsked || cmdlet.ShouldContinue(query, caption, ref yesToAll, ref noToAll);
    }
}
