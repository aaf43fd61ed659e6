using System.CommandLine;
using ImageUtils.Privilege;

namespace ImageUtils.Cli.Verbs;

/// <summary>
/// <c>imageutils rootwrap-filters</c> and <c>imageutils sudoers</c>: the rules of the root helper for the commands that this
/// version runs through it.
/// </summary>
internal static class RootHelperVerbs
{
    private static readonly Option<string> Installed = new("--program")
    {
        Description = $"The full path of the imageutils that root installed ({RootHelperRules.DefaultProgram}).",
        HelpName = "PATH",
        DefaultValueFactory = _ => RootHelperRules.DefaultProgram,
    };

    private static readonly Option<string[]> Folders = new("--folder")
    {
        Description = "A folder in which files may be read and made as root; may be repeated (every folder).",
        HelpName = "DIR",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> Chown = new("--chown")
    {
        Description = "Allow the owner of a volume to be changed too, for the while of its upload.",
    };

    /// <summary>Makes the command for oslo.rootwrap.</summary>
    /// <returns>The command.</returns>
    public static Command CreateRootwrap()
    {
        Option<string> qemuImg = new("--qemu-img") { Description = $"The full path of qemu-img ({RootHelperRules.DefaultQemuImg}).", HelpName = "PATH", DefaultValueFactory = _ => RootHelperRules.DefaultQemuImg };
        Command command = new("rootwrap-filters", "Print a filter file for oslo.rootwrap.") { Installed, qemuImg, Folders, Chown };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            _ => WriteAsync(RootHelperRules.ForRootwrap(parsed.GetRequiredValue(Installed), parsed.GetRequiredValue(qemuImg), parsed.GetRequiredValue(Folders), parsed.GetValue(Chown))),
            token));
        return command;
    }

    /// <summary>Makes the command for sudo.</summary>
    /// <returns>The command.</returns>
    public static Command CreateSudo()
    {
        Option<string> user = new("--user") { Description = $"The user who may use them ({RootHelperRules.DefaultUser}).", HelpName = "NAME", DefaultValueFactory = _ => RootHelperRules.DefaultUser };
        Command command = new("sudoers", "Print rules for sudo.") { Installed, user, Folders, Chown };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            _ => WriteAsync(RootHelperRules.ForSudo(parsed.GetRequiredValue(user), parsed.GetRequiredValue(Installed), parsed.GetRequiredValue(Folders), parsed.GetValue(Chown))),
            token));
        return command;
    }

    private static Task WriteAsync(string text) => Console.Out.WriteAsync(text);
}
