using System.CommandLine;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils formats</c>: the table of formats and their names.</summary>
internal static class FormatsVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("formats", "Show the disk formats, their names and what can be done with each.");
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session =>
            {
                session.Results.WriteTable(
                    DiskFormat.All,
                    ("Name", format => format.Name),
                    ("QemuName", format => format.QemuName),
                    ("GlanceName", format => format.GlanceName),
                    ("Extension", format => format.Extension),
                    ("CanRead", format => format.CanRead),
                    ("CanWrite", format => format.CanWrite),
                    ("CanCompress", format => format.CanCompress));
                return Task.CompletedTask;
            },
            token));
        return command;
    }
}
