using System.CommandLine;
using ImageUtils.Configuration;
using ImageUtils.Conversion;
using ImageUtils.Processes;
using ImageUtils.Services;
using ImageUtils.Services.Web;
using ImageUtils.Storage;
using ImageUtils.Transfer;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils convert</c>: an image file, or an image of the image service, becomes a volume.</summary>
internal static class ConvertVerb
{
    private static readonly Argument<string[]> Paths = new("SRC DEST") { Description = "Source and destination; with --image the destination alone.", Arity = new ArgumentArity(1, 2) };
    private static readonly Option<string?> Address = WebAddress.Option();
    private static readonly Option<bool> AnyRedirect = WebAddress.AllowAnyRedirect();
    private static readonly Option<string?> Image = new("--image") { Description = "Make the volume from this image of the image service.", HelpName = "ID" };
    private static readonly HashOptions Hashes = new();
    private static readonly Option<string?> To = Choice.Format("--to", "The format of the result (raw).");
    private static readonly Option<string?> From = Choice.Format("--from", "The format the source is claimed to be; the content must agree.", allowMachineImage: true);
    private static readonly Option<string?> Subformat = new("--subformat") { Description = "The subformat of the result, for example fixed or streamOptimized.", HelpName = "S" };
    private static readonly Option<bool> Compress = new("--compress") { Description = "Compress the data, where the format can." };
    private static readonly Option<bool> DisableSparse = new("--disable-sparse") { Description = "Write zeros too." };
    private static readonly Option<string?> CipherWords = new("--cipher-spec") { Description = "The cipher of a LUKS result, for example aes-xts-plain64.", HelpName = "C" };
    private static readonly Option<int?> KeySize = new("--key-size") { Description = "The key size of the cipher in bits (256).", HelpName = "N" };
    private static readonly Option<string?> PassphraseFile = PassphraseOption.Create("--passphrase-file", "The file with the passphrase of a LUKS result, taken byte by byte; '-' is standard input.");
    private static readonly Option<string?> SourcePassphraseFile = PassphraseOption.Create("--source-passphrase-file", "The file with the passphrase of an encrypted source; '-' is standard input.");
    private static readonly Option<long?> MaxRate = Choice.Size("--max-rate", "A limit on the speed in bytes a second, for example 100M.");
    private static readonly Option<ConversionEngineChoice> Engine = Choice.Of<ConversionEngineChoice>("--engine", "Who converts.");
    private static readonly Option<long?> VolumeSizeGb = Choice.Gibibytes("--volume-size-gb", "The size of the volume to fit in, in whole GiB.");
    private static readonly Option<bool> RequireSignature = new("--require-signature") { Description = "With --image: refuse an image without a signature, and verify it whatever the option VerifySignatures says." };
    private static readonly Option<bool> Staged = new("--staged") { Description = "With --image or --uri: have the image whole in a temporary file before the volume is written; it is done in any case." };
    private static readonly Option<bool> RunAsRoot = new("--run-as-root") { Description = "Run native tools, and the reading of what only root may read, through the root helper." };
    private static readonly Option<bool> Force = new("--force") { Description = "Overwrite an existing destination, also a device that is in use." };

    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("convert", "Convert an image file or an image of the image service into a volume.")
        {
            Paths, Image, Address, AnyRedirect, To, From, Subformat, Compress, DisableSparse, CipherWords, KeySize, PassphraseFile, SourcePassphraseFile, MaxRate, Engine, VolumeSizeGb, RequireSignature, Staged, RunAsRoot, Force,
        };
        Hashes.AddTo(command);
        command.SetAction((parsed, token) => Session.RunAsync(parsed, session => ConvertAsync(session, parsed), token));
        return command;
    }

    private static async Task ConvertAsync(Session session, ParseResult parsed)
    {
        string[] paths = parsed.GetRequiredValue(Paths);
        string? address = parsed.GetValue(Address);
        if (address is not null && parsed.GetValue(Image) is not null)
        {
            throw new UsageException("--image and --uri are two images; one is converted.");
        }

        string? image = address is null ? parsed.GetValue(Image) : WebImageService.Parse(address).AbsoluteUri;
        if (image is not null && parsed.GetValue(From) is not null)
        {
            throw new UsageException("--from goes with a source file; an image of the image service or at an address is what it says or holds.");
        }

        if (image is null && parsed.GetValue(RequireSignature))
        {
            throw new UsageException("--require-signature goes with --image; a file is tested by imageutils verify-signature.");
        }

        if (image is null && parsed.GetValue(Staged))
        {
            throw new UsageException("--staged goes with --image or --uri; a file is read where it is.");
        }

        if (image is null && Hashes.Demand(parsed) != HashDemand.None)
        {
            throw new UsageException("Hashes are demanded of images that are fetched, by --image or --uri.");
        }

        if (paths.Length != (image is null ? 2 : 1))
        {
            throw new UsageException(image is null ? "Give a source and a destination: imageutils convert SRC DEST." : "With --image or --uri give the destination alone.");
        }

        if (parsed.GetValue(KeySize) is not null && parsed.GetValue(CipherWords) is null)
        {
            throw new UsageException("--key-size goes with --cipher-spec.");
        }

        PassphraseOption.RequireOneStandardInput(parsed, PassphraseFile, SourcePassphraseFile);
        string destination = paths[^1];
        await session.EachAsync(
            image ?? paths[0],
            async () =>
            {
                using WebImageService? web = WebAddress.Open(session, address, parsed.GetValue(AnyRedirect));
                using Passphrase? passphrase = PassphraseOption.Read(parsed, PassphraseFile);
                using Passphrase? sourcePassphrase = PassphraseOption.Read(parsed, SourcePassphraseFile);
                T Complete<T>(T request)
                    where T : VolumeRequest => (T)(ConvertVerb.Complete(request, parsed) with { Passphrase = passphrase, SourcePassphrase = sourcePassphrase });
                await DestinationPath.InFolderAsync(FullPath.Of(destination), async () => session.Results.Write(image is null
                    ? await ConvertFileAsync(session, Complete(FileRequest(parsed, paths[0], destination))).ConfigureAwait(false)
                    : await ConvertImageAsync(session, web ?? session.Service, Complete(ImageRequest(parsed, image, destination))).ConfigureAwait(false))).ConfigureAwait(false);
            }).ConfigureAwait(false);
    }

    private static ConversionRequest FileRequest(ParseResult parsed, string source, string destination) => new()
    {
        SourcePath = FullPath.Of(source),
        DestinationPath = DestinationPath.Resolve(FullPath.Of(destination), Path.GetFileName(source), Format(parsed)),
        OutputFormat = Format(parsed),
        SourceFormat = parsed.GetValue(From),
    };

    private static VolumeFetchRequest ImageRequest(ParseResult parsed, string imageId, string destination) => new()
    {
        ImageId = imageId,
        DestinationPath = DestinationPath.Resolve(FullPath.Of(destination), NameOf(imageId), Format(parsed)),
        OutputFormat = Format(parsed),
        RequireSignature = parsed.GetValue(RequireSignature),
        Hash = Hashes.Demand(parsed),
        Connections = Hashes.Connections(parsed),
    };

    /// <summary>An address is called by the last part of its path.</summary>
    private static string NameOf(string imageId) => imageId.Contains("://", StringComparison.Ordinal) ? Path.GetFileName(new Uri(imageId).AbsolutePath) : imageId;

    private static Task<ImageConversionResult> ConvertFileAsync(Session session, ConversionRequest request) =>
        new ImageConverter(session.Operations).ConvertAsync(request, session.Token);

    private static Task<ImageConversionResult> ConvertImageAsync(Session session, IImageService service, VolumeFetchRequest request) =>
        new VolumeFetcher(session.Operations, service, new ImageConverter(session.Operations)).FetchAsync(request, session.Token);

    private static DiskFormat Format(ParseResult parsed) => DiskFormat.Parse(parsed.GetValue(To) ?? DiskFormat.Raw.Name);

    private static T Complete<T>(T request, ParseResult parsed)
        where T : VolumeRequest
    {
        return (T)(request with
        {
            OutputSubformat = parsed.GetValue(Subformat),
            Compress = parsed.GetValue(Compress),
            DisableSparse = parsed.GetValue(DisableSparse),
            Cipher = parsed.GetValue(CipherWords) is { } cipher ? CipherSpec.Decode(cipher, parsed.GetValue(KeySize) ?? CipherSpec.DefaultKeySize) : null,
            VolumeSizeBytes = parsed.GetValue(VolumeSizeGb),
            MaxBytesPerSecond = parsed.GetValue(MaxRate),
            Engine = parsed.GetValue(Engine),
            RunAsRoot = parsed.GetValue(RunAsRoot),
            Force = parsed.GetValue(Force),
        });
    }
}
