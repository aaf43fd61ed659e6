using System.CommandLine;
using ImageUtils.Services;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils images …</c>: the images of the image service.</summary>
internal static class ImagesVerb
{
    /// <summary>Makes the command with its own verbs.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("images", "List, show, create, change, import, share and delete images of the image service, and list its stores.")
        {
            List(), Show(), New(), ImagesUpdateVerb.Create(), Delete(), ImagesStoresVerb.Create(),
        };
        foreach (Command more in ImagesMembersVerbs.Create().Concat(ImagesImportVerbs.Create()))
        {
            command.Add(more);
        }

        return command;
    }

    private static Command List()
    {
        Option<string?> name = new("--name") { Description = "The exact name.", HelpName = "N" };
        Option<string?> status = new("--status") { Description = "The status, for example active.", HelpName = "S" };
        Option<string?> visibility = new("--visibility") { Description = "Who sees it: public, private, shared or community.", HelpName = "V" };
        visibility.AcceptOnlyFromAmong("public", "private", "shared", "community");
        Option<string?> memberStatus = new("--member-status") { Description = "What the caller's project said of images that others share with it: accepted, pending, rejected or all (accepted).", HelpName = "S" };
        memberStatus.AcceptOnlyFromAmong("accepted", "pending", "rejected", "all");
        Option<string[]> tag = new("--tag") { Description = "A free word that it must have; may be repeated.", HelpName = "T", DefaultValueFactory = _ => [] };
        Command command = new("list", "List images.") { name, status, visibility, memberStatus, tag };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                List<ServiceImage> images = [];
                ImageFilter filter = new()
                {
                    Name = parsed.GetValue(name),
                    Status = parsed.GetValue(status),
                    Visibility = parsed.GetValue(visibility),
                    MemberStatus = parsed.GetValue(memberStatus),
                    Tags = parsed.GetRequiredValue(tag),
                };
                await foreach (ServiceImage image in session.Service.ListAsync(filter, session.Token).ConfigureAwait(false))
                {
                    images.Add(image);
                }

                session.Results.WriteTable(
                    images,
                    ("ImageId", image => image.ImageId),
                    ("Name", image => image.Name),
                    ("Status", image => image.Status),
                    ("DiskFormat", image => image.DiskFormat),
                    ("Size", image => image.Size),
                    ("VirtualSize", image => image.VirtualSize));
            },
            token));
        return command;
    }

    private static Command Show()
    {
        Argument<string[]> ids = new("ID") { Description = "The images.", Arity = ArgumentArity.OneOrMore };
        Command command = new("show", "Show images with all their properties.") { ids };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                foreach (string id in parsed.GetRequiredValue(ids))
                {
                    await session.EachAsync(id, async () => session.Results.Write(await session.Service.GetAsync(id, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
                }
            },
            token));
        return command;
    }

    private static Command New()
    {
        Argument<string> name = new("NAME") { Description = "The name." };
        Option<string?> id = new("--id") { Description = "The id, a UUID; without it the service makes one.", HelpName = "UUID" };
        Option<string?> format = Choice.Format("--disk-format", "The disk format.", allowMachineImage: true);
        format.Required = true;
        Option<string?> container = new("--container-format") { Description = "The container format (bare).", HelpName = "C" };
        Option<int> minDisk = new("--min-disk-gb") { Description = "The smallest volume the image wants, in GiB.", HelpName = "N" };
        Option<string[]> property = new("--property") { Description = "A further property; may be repeated.", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
        Command command = new("create", "Make an image record, queued and without data.") { name, id, format, container, minDisk, property };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                NewServiceImage definition = new()
                {
                    ImageId = parsed.GetValue(id),
                    Name = parsed.GetRequiredValue(name),
                    DiskFormat = parsed.GetRequiredValue(format)!,
                    ContainerFormat = parsed.GetValue(container) ?? "bare",
                    MinDisk = parsed.GetValue(minDisk),
                    Properties = PropertyWords.Parse(parsed.GetRequiredValue(property)),
                };
                session.Results.Write(await session.Service.CreateAsync(definition, session.Token).ConfigureAwait(false));
            },
            token));
        return command;
    }

    private static Command Delete()
    {
        Argument<string[]> ids = new("ID") { Description = "The images.", Arity = ArgumentArity.OneOrMore };
        Command command = new("delete", "Delete images and their data.") { ids };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session =>
            {
                foreach (string id in parsed.GetRequiredValue(ids))
                {
                    await session.EachAsync(id, () => session.Service.DeleteAsync(id, session.Token)).ConfigureAwait(false);
                }
            },
            token));
        return command;
    }
}
