using System.CommandLine;
using ImageUtils.Transfer.Signatures;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils verify-signature</c>: whether data are those that were signed.</summary>
internal static class VerifySignatureVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Argument<string> image = new("ID") { Description = "The image whose signature it is." };
        Argument<string?> path = new("PATH") { Description = "The file with the data; without it the image service's own data are read, and not kept.", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> certificate = new("--certificate") { Description = "The certificate, whatever id the image names; without it, it is looked for by its id.", HelpName = "FILE" };
        Command command = new("verify-signature", "Say whether data are those that the image's owner signed; no file is removed.") { image, path, certificate };
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            session => session.EachAsync(parsed.GetValue(path) ?? parsed.GetRequiredValue(image), async () =>
            {
                SignatureTestRequest request = new()
                {
                    ImageId = parsed.GetRequiredValue(image),
                    Path = parsed.GetValue(path) is { } file ? FullPath.Of(file) : null,
                    CertificatePath = parsed.GetValue(certificate) is { } given ? FullPath.Of(given) : null,
                };
                ImageSignatureResult result = await new ImageSignatureTester(session.Operations, session.Service).TestAsync(request, session.Token).ConfigureAwait(false);
                session.Results.Write(result);
                if (!result.IsValid)
                {
                    // Also an image without a signature: whoever asks wants to hear yes, and nothing else is one.
                    session.Refuse(parsed.GetValue(path) ?? request.ImageId, result.Reason!);
                }
            }),
            token));
        return command;
    }
}
