using System.CommandLine;
using ImageUtils.Privilege;
using ImageUtils.Safety;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils check</c>: whether images are what they claim to be, and safe.</summary>
internal static class CheckVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string[]> paths = new("PATH") { Description = "Image files.", Arity = ArgumentArity.OneOrMore };
        Option<string?> claimed = Choice.Format("--claimed-format", "The format the images are claimed to be.", allowMachineImage: true);
        Option<bool> allowBackingFile = new("--allow-backing-file") { Description = "Accept a qcow2 image with a backing file." };
        Option<bool> allowLuks = new("--allow-luks") { Description = "Accept LUKS where raw is claimed." };
        Option<string[]> ignore = new("--ignore-check") { Description = "A check that shall not lead to a refusal; may be repeated.", HelpName = "NAME", DefaultValueFactory = _ => [] };
        ignore.AcceptOnlyFromAmong([.. CheckNames.All]);
        Option<InspectionDepth> depth = Choice.Of<InspectionDepth>("--depth", "How much is read.");
        Option<long?> volumeSize = Choice.Gibibytes("--volume-size-gb", "The size of the volume to fit in, in whole GiB.");
        Option<bool> runAsRoot = new("--run-as-root") { Description = "Read files that only root may read through the root helper." };
        Command command = new("check", "Say whether images are what they claim to be, and safe.") { paths, claimed, allowBackingFile, allowLuks, ignore, depth, volumeSize, runAsRoot };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                InspectionRequest request = new()
                {
                    ClaimedFormat = parsed.GetValue(claimed),
                    AllowBackingFile = parsed.GetValue(allowBackingFile),
                    AllowLuks = parsed.GetValue(allowLuks),
                    AllowedVmdkTypes = session.Options.VmdkAllowedTypes,
                    IgnoreChecks = parsed.GetRequiredValue(ignore),
                    Depth = parsed.GetValue(depth),
                    VolumeSizeBytes = parsed.GetValue(volumeSize),
                };
                foreach (string path in parsed.GetRequiredValue(paths))
                {
                    await session.EachAsync(path, () => CheckAsync(session, path, request, parsed.GetValue(runAsRoot))).ConfigureAwait(false);
                }
            },
            token));
        return command;
    }

    private static Task CheckAsync(Session session, string path, InspectionRequest request, bool runAsRoot)
    {
        string full = FullPath.Of(path);
        ImageFormatResult result = ImageFormatResult.From(full, request.ClaimedFormat, PrivilegedInspection.Inspect(session.Operations, full, request, runAsRoot, session.Token));
        session.Results.Write(result);
        if (!result.IsAcceptable)
        {
            IEnumerable<string> reasons = result.Checks.Where(check => check.Outcome == CheckOutcome.Failed).Select(check => $"{check.Reason} [{check.Name}]");
            session.Refuse(path, string.Join(" ", reasons));
        }

        return Task.CompletedTask;
    }
}
