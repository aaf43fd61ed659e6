using System.CommandLine;
using ImageUtils.Qemu;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils tools</c>: the native programs that can be used.</summary>
internal static class ToolsVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("tools", "Show the native programs that can be used.");
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                ImageTool[] tools = [await new QemuImg(session.Operations).FindToolAsync(minimumVersion: null, session.Token).ConfigureAwait(false)];
                session.Results.WriteTable(
                    tools,
                    ("Name", tool => tool.Name),
                    ("Version", tool => tool.Version),
                    ("IsAvailable", tool => tool.IsAvailable),
                    ("Path", tool => tool.Path),
                    ("Features", tool => tool.Features));
            },
            token));
        return command;
    }
}
