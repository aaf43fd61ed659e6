using System.CommandLine;
using ImageUtils.Transfer;

namespace ImageUtils.Cli;

/// <summary>The options that say what the hash of an image must be, and how many connections may fetch it.</summary>
internal sealed class HashOptions
{
    private const int MostConnections = 16;

    private readonly Option<string?> _expected = new("--expected-hash") { Description = "The hash the data must have, in hex.", HelpName = "H" };
    private readonly Option<string?> _algorithm = new("--hash-algorithm") { Description = "Its algorithm: md5, sha1, sha256, sha384 or sha512; without it, by its length.", HelpName = "A" };
    private readonly Option<string?> _file = new("--hash-file") { Description = "A list of hashes (SHA256SUMS), a file or an address, that has the image's.", HelpName = "F" };
    private readonly Option<bool> _require = new("--require-hash") { Description = "Refuse an image for which nobody promises a hash." };
    private readonly Option<int> _connections = new("--connections") { Description = "How many connections may be used at once (1).", DefaultValueFactory = _ => 1, HelpName = "N" };

    /// <summary>Makes the options.</summary>
    public HashOptions()
    {
        _algorithm.Validators.Add(result =>
        {
            if (!HashAlgorithms.TryParse(result.Tokens[0].Value, out _))
            {
                result.AddError($"'{result.Tokens[0].Value}' is not one of md5, sha1, sha256, sha384, sha512.");
            }
        });
        _connections.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostConnections)
            {
                result.AddError("--connections takes 1 to 16.");
            }
        });
    }

    /// <summary>Gives them to a command.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _expected, _algorithm, _file, _require, _connections })
        {
            command.Add(option);
        }
    }

    /// <summary>What was given of hashes.</summary>
    /// <param name="parsed">The parsed words.</param>
    /// <returns>The demand.</returns>
    public HashDemand Demand(ParseResult parsed)
    {
        string? list = parsed.GetValue(_file);
        return new HashDemand
        {
            ExpectedHash = parsed.GetValue(_expected),
            HashAlgorithm = parsed.GetValue(_algorithm),
            HashFile = list is null || HashList.IsAddress(list) ? list : FullPath.Of(list),
            RequireHash = parsed.GetValue(_require),
        };
    }

    /// <summary>How many connections may be used.</summary>
    /// <param name="parsed">The parsed words.</param>
    /// <returns>The number.</returns>
    public int Connections(ParseResult parsed) => parsed.GetValue(_connections);
}
