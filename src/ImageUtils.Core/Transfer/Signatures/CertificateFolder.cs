using ImageUtils.Services.KeyManager;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Signatures;

/// <summary>A folder of certificates, each in a file named by its id, PEM or DER.</summary>
public sealed class CertificateFolder : ICertificateSource
{
    private static readonly string[] Endings = ["", ".pem", ".crt", ".cer", ".der"];

    private readonly string _folder;

    /// <summary>Makes the source; nothing is read yet.</summary>
    /// <param name="folderPath">The full path of the folder.</param>
    public CertificateFolder(string folderPath) => _folder = folderPath;

    /// <inheritdoc/>
    public string Description => $"the folder {_folder}";

    /// <inheritdoc/>
    /// <exception cref="IOException">The folder is not there, or the file cannot be read.</exception>
    public Task<ReadOnlyMemory<byte>?> FindAsync(string certificateId, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(_folder))
        {
            throw new DirectoryNotFoundException($"the folder {_folder} is not there.");
        }

        // People write ids in either case, and file systems keep them apart.
        string[] names = [certificateId, certificateId.ToLowerInvariant(), certificateId.ToUpperInvariant()];
        string? path = names.Distinct(StringComparer.Ordinal)
            .SelectMany(name => Endings.Select(ending => Path.Combine(_folder, name + ending)))
            .FirstOrDefault(File.Exists);
        return Task.FromResult<ReadOnlyMemory<byte>?>(path is null ? null : SmallFile.Read(path, ICertificateSource.LargestCertificate));
    }
}
