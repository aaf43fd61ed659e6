using System.Collections.ObjectModel;
using System.Management.Automation;

namespace ImageUtils.PowerShell.Commands.Base;

/// <summary>
/// Parameters that several cmdlets have, each in parameter sets of its own, which attributes on shared properties could not say.
/// They are declared once and handed to PowerShell as dynamic parameters.
/// </summary>
internal abstract class DeclaredParameters
{
    /// <summary>What a cmdlet hands to PowerShell.</summary>
    public RuntimeDefinedParameterDictionary Declared { get; } = [];

    /// <summary>Declares one.</summary>
    /// <typeparam name="T">Its type.</typeparam>
    /// <param name="name">Its name.</param>
    /// <param name="parameterSets">The parameter sets it is in.</param>
    /// <param name="rules">What its values must be.</param>
    protected void Add<T>(string name, string[] parameterSets, params ValidateArgumentsAttribute[] rules)
    {
        Collection<Attribute> attributes = [.. parameterSets.Select(set => new ParameterAttribute { ParameterSetName = set }), .. rules];
        Declared.Add(name, new RuntimeDefinedParameter(name, typeof(T), attributes));
    }

    /// <summary>What was given for one; null: nothing.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The value.</returns>
    protected object? Given(string name) => Declared[name] is { IsSet: true } parameter ? parameter.Value : null;

    /// <summary>Tells whether a switch is on.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>True where it is.</returns>
    protected bool IsOn(string name) => Given(name) is SwitchParameter { IsPresent: true };
}
