using System.CommandLine;
using ImageUtils.Services;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils images update</c>: other properties for an image.</summary>
internal static class ImagesUpdateVerb
{
    private static readonly Argument<string> Id = new("ID") { Description = "The image." };
    private static readonly Option<string?> Name = new("--name") { Description = "The new name.", HelpName = "N" };
    private static readonly Option<int?> MinDisk = new("--min-disk-gb") { Description = "The smallest volume the image wants, in GiB.", HelpName = "N" };
    private static readonly Option<int?> MinRam = new("--min-ram-mb") { Description = "The smallest memory the image wants, in MiB.", HelpName = "N" };
    private static readonly Option<string?> Visibility = new("--visibility") { Description = "Who sees it: public, private, shared or community.", HelpName = "V" };
    private static readonly Option<bool?> Protected = new("--protected") { Description = "Whether it cannot be deleted: true or false.", HelpName = "BOOL" };
    private static readonly Option<string[]> Tag = new("--tag") { Description = "A free word; may be repeated. Those that are given replace all there were.", HelpName = "T" };
    private static readonly Option<bool> NoTags = new("--no-tags") { Description = "Take all free words away." };
    private static readonly Option<string[]> Property = new("--property") { Description = "A further property to set; may be repeated.", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
    private static readonly Option<string[]> RemoveProperty = new("--remove-property") { Description = "A further property to take away; may be repeated.", HelpName = "NAME", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> Format = Choice.Format("--disk-format", "The disk format; only while the image is queued.", allowMachineImage: true);
    private static readonly Option<string?> Container = new("--container-format") { Description = "The container format; only while the image is queued.", HelpName = "C" };

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("update", "Change properties of an image; what is not named stays as it is.")
        {
            Id, Name, MinDisk, MinRam, Visibility, Protected, Tag, NoTags, Property, RemoveProperty, Format, Container,
        };
        command.SetAction((parsed, token) => Session.RunAsync(parsed, session => UpdateAsync(session, parsed), token));
        return command;
    }

    private static async Task UpdateAsync(Session session, ParseResult parsed)
    {
        ImageChanges changes = Changes(parsed);
        if (changes.IsEmpty)
        {
            throw new UsageException("Nothing is to change; see 'imageutils images update --help'.");
        }

        string id = parsed.GetRequiredValue(Id);
        await session.EachAsync(
            id,
            async () => session.Results.Write(await session.Service.UpdateAsync(id, changes, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
    }

    private static ImageChanges Changes(ParseResult parsed)
    {
        string[]? tags = parsed.GetValue(Tag) is { Length: > 0 } given ? given : null;
        if (tags is not null && parsed.GetValue(NoTags))
        {
            throw new UsageException("Give either --tag or --no-tags.");
        }

        return new ImageChanges
        {
            Name = parsed.GetValue(Name),
            MinDisk = parsed.GetValue(MinDisk),
            MinRam = parsed.GetValue(MinRam),
            Visibility = parsed.GetValue(Visibility),
            Protected = parsed.GetValue(Protected),
            Tags = parsed.GetValue(NoTags) ? [] : tags,
            Properties = PropertyWords.Parse(parsed.GetRequiredValue(Property)),
            RemoveProperties = parsed.GetRequiredValue(RemoveProperty),
            DiskFormat = parsed.GetValue(Format),
            ContainerFormat = parsed.GetValue(Container),
        };
    }
}
