using System.CommandLine;
using ImageUtils.Services;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils images members</c> and its kin: with whom an image is shared.</summary>
internal static class ImagesMembersVerbs
{
    /// <summary>Makes the commands.</summary>
    /// <returns>The commands.</returns>
    public static IEnumerable<Command> Create() => [List(), Add(), Set(), Remove()];

    private static Command List()
    {
        Argument<string> image = Image();
        Command command = new("members", "List the projects with which an image is shared.") { image };
        return On(command, image, async (session, id, _) => session.Results.WriteTable(
            await session.Service.RequireMembers().ListAsync(id, session.Token).ConfigureAwait(false),
            ("MemberId", member => member.MemberId),
            ("Status", member => member.Status)));
    }

    private static Command Add()
    {
        Argument<string> image = Image();
        Argument<string> project = new("PROJECT") { Description = "The project's id." };
        Command command = new("member-add", "Share an image with a project.") { image, project };
        return On(command, image, async (session, id, parsed) =>
            session.Results.Write(await session.Service.RequireMembers().AddAsync(id, parsed.GetRequiredValue(project), session.Token).ConfigureAwait(false)));
    }

    private static Command Set()
    {
        Argument<string> image = Image();
        Argument<string> status = new("STATUS") { Description = "accepted, rejected or pending." };
        status.AcceptOnlyFromAmong("accepted", "rejected", "pending");
        Option<string?> project = new("--project") { Description = "The project's id; without it the caller's own project.", HelpName = "PROJECT" };
        Command command = new("member-set", "Say whether a project takes an image that is shared with it.") { image, status, project };
        return On(command, image, async (session, id, parsed) =>
        {
            IImageMembers members = session.Service.RequireMembers();
            string member = parsed.GetValue(project) ?? await OwnProjectAsync(session, id).ConfigureAwait(false);
            session.Results.Write(await members.AnswerAsync(id, member, parsed.GetRequiredValue(status), session.Token).ConfigureAwait(false));
        });
    }

    private static Command Remove()
    {
        Argument<string> image = Image();
        Argument<string> project = new("PROJECT") { Description = "The project's id." };
        Command command = new("member-remove", "End the sharing of an image with a project.") { image, project };
        return On(command, image, (session, id, parsed) =>
            session.Service.RequireMembers().RemoveAsync(id, parsed.GetRequiredValue(project), session.Token));
    }

    private static Argument<string> Image() => new("ID") { Description = "The image." };

    /// <summary>Whom the service takes the caller for is known after the first answer.</summary>
    private static async Task<string> OwnProjectAsync(Session session, string imageId)
    {
        await session.Service.GetAsync(imageId, session.Token).ConfigureAwait(false);
        return session.Service.Account?.ProjectId ?? throw new UsageException("The connection knows no project of its own; name one by --project.");
    }

    private static Command On(Command command, Argument<string> image, Func<Session, string, ParseResult, Task> work)
    {
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session =>
            {
                string id = parsed.GetRequiredValue(image);
                return session.EachAsync(id, () => work(session, id, parsed));
            },
            token));
        return command;
    }
}
