using System.CommandLine;
using ImageUtils.Conversion;
using ImageUtils.Services;
using ImageUtils.Transfer;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils publish</c>: a volume becomes the data of an image.</summary>
internal static class PublishVerb
{
    private static readonly Argument<string> Volume = new("PATH") { Description = "The volume; - is standard input." };
    private static readonly Option<string?> Image = new("--image") { Description = "The queued image that gets the data.", HelpName = "ID" };
    private static readonly Option<string?> Name = new("--name") { Description = "The name of the image to make.", HelpName = "N" };
    private static readonly Option<string?> Format = Choice.Format("--disk-format", "The disk format of the image to make (raw).", allowMachineImage: true);
    private static readonly Option<string?> Container = new("--container-format") { Description = "The container format of the image to make (bare).", HelpName = "C" };
    private static readonly Option<string[]> Property = new("--property") { Description = "A property of the image to make; may be repeated.", HelpName = "NAME=VALUE", DefaultValueFactory = _ => [] };
    private static readonly Option<string?> VolumeFormat = Choice.Format("--volume-format", "What the volume is (raw); it is never guessed.");
    private static readonly Option<string?> Store = new("--store") { Description = "The store that shall hold the data.", HelpName = "S" };
    private static readonly Option<string?> BaseImage = new("--base-image") { Description = "The image that the volume was made from.", HelpName = "ID" };
    private static readonly Option<bool> NoCompress = new("--no-compress") { Description = "Do not compress." };
    private static readonly Option<bool> RunAsRoot = new("--run-as-root") { Description = "Run native tools, and the reading of what only root may read, through the root helper." };

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("publish", "Make a volume the data of an image: as it is where the formats are the same, else converted and checked.")
        {
            Volume, Image, Name, Format, Container, Property, VolumeFormat, Store, BaseImage, NoCompress, RunAsRoot,
        };
        command.SetAction((parsed, token) => Session.RunAsync(parsed, session => PublishAsync(session, parsed), token));
        return command;
    }

    private static async Task PublishAsync(Session session, ParseResult parsed)
    {
        string volume = parsed.GetRequiredValue(Volume);
        string? image = parsed.GetValue(Image);
        string? name = parsed.GetValue(Name);
        if (image is null == name is null)
        {
            throw new UsageException("Give either --image, the queued image that gets the data, or --name, the image to make.");
        }

        bool isStandardInput = string.Equals(volume, "-", StringComparison.Ordinal);
        Stream input = isStandardInput ? Console.OpenStandardInput() : Stream.Null;
        await using (input.ConfigureAwait(false))
        {
            PublishRequest request = new()
            {
                SourcePath = isStandardInput ? null : FullPath.Of(volume),
                Source = isStandardInput ? input : null,
                ImageId = image,
                NewImage = name is null ? null : NewImage(parsed, name),
                VolumeFormat = DiskFormat.Parse(parsed.GetValue(VolumeFormat) ?? DiskFormat.Raw.Name),
                StoreId = parsed.GetValue(Store),
                BaseImageId = parsed.GetValue(BaseImage),
                NoCompress = parsed.GetValue(NoCompress),
                RunAsRoot = parsed.GetValue(RunAsRoot),
            };
            await session.EachAsync(
                volume,
                async () => session.Results.Write(await new ImagePublisher(session.Operations, session.Service, new ImageConverter(session.Operations)).PublishAsync(request, session.Token).ConfigureAwait(false))).ConfigureAwait(false);
        }
    }

    private static NewServiceImage NewImage(ParseResult parsed, string name) => new()
    {
        Name = name,
        DiskFormat = parsed.GetValue(Format) ?? DiskFormat.Raw.Name,
        ContainerFormat = parsed.GetValue(Container) ?? "bare",
        Properties = PropertyWords.Parse(parsed.GetRequiredValue(Property)),
    };
}
