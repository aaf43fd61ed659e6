namespace ImageUtils.Configuration;

/// <summary>One assignment of a configuration file of OpenStack.</summary>
/// <param name="Group">The section.</param>
/// <param name="Name">The key.</param>
/// <param name="Value">The value as it stands there: without quotes around it, nothing put in for <c>$names</c>.</param>
/// <param name="Line">The line on which it begins, counted from 1.</param>
internal sealed record CinderConfEntry(string Group, string Name, string Value, int Line);
