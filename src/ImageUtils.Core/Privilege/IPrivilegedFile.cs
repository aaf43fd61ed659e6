using ImageUtils.Storage;

namespace ImageUtils.Privilege;

/// <summary>What the privileged end holds for one user: a file to be read, or one that is being written.</summary>
internal interface IPrivilegedFile : IDisposable
{
    /// <summary>Its bytes.</summary>
    FileImageReader Reader { get; }

    /// <summary>Says what it is, as the first words of the server.</summary>
    /// <param name="output">Who asked.</param>
    void Greet(Stream output);

    /// <summary>Looks again at what stands there.</summary>
    /// <returns>What it is now.</returns>
    /// <exception cref="Errors.ImageUtilsException">It is gone, or cannot be read any more.</exception>
    ServedFile LookAgain();

    /// <summary>Gives what was written its name.</summary>
    /// <returns>What it is now; null: there is nothing to be named.</returns>
    /// <exception cref="Errors.ImageUtilsException">It cannot be.</exception>
    ServedFile? Commit();
}
