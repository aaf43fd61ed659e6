using System.CommandLine;

namespace ImageUtils.Cli.Verbs;

/// <summary><c>imageutils images stores</c>: where the image service keeps data.</summary>
internal static class ImagesStoresVerb
{
    /// <summary>Makes the command.</summary>
    /// <returns>The command.</returns>
    public static Command Create()
    {
        Command command = new("stores", "List the stores that the image service keeps data in.");
        command.SetAction((parsed, token) => Session.RunAsync(
            parsed,
            async session => session.Results.WriteTable(
                await session.Service.ListStoresAsync(session.Token).ConfigureAwait(false),
                ("StoreId", store => store.StoreId),
                ("IsDefault", store => store.IsDefault),
                ("IsReadOnly", store => store.IsReadOnly),
                ("Description", store => store.Description)),
            token));
        return command;
    }
}
