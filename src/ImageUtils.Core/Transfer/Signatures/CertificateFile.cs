using ImageUtils.Services.KeyManager;
using ImageUtils.Storage;

namespace ImageUtils.Transfer.Signatures;

/// <summary>One certificate that the caller names, for whatever id an image has.</summary>
public sealed class CertificateFile : ICertificateSource
{
    private readonly string _path;

    /// <summary>Makes the source; nothing is read yet.</summary>
    /// <param name="path">The full path of the file, PEM or DER.</param>
    public CertificateFile(string path) => _path = path;

    /// <inheritdoc/>
    public string Description => $"the file {_path}";

    /// <inheritdoc/>
    public Task<ReadOnlyMemory<byte>?> FindAsync(string certificateId, CancellationToken cancellationToken) =>
        Task.FromResult<ReadOnlyMemory<byte>?>(SmallFile.Read(_path, ICertificateSource.LargestCertificate));
}
