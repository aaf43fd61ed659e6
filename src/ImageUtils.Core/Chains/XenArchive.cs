using ImageUtils.Errors;
using ImageUtils.Formats;
using ImageUtils.Formats.Containers;

namespace ImageUtils.Chains;

/// <summary>
/// A XenServer image: an archive of 0.vhd (newest), 1.vhd, … and nothing else. Regular files of just these names come
/// through, each once and none missing; a name is never joined to a path.
/// </summary>
internal sealed class XenArchive : IDisposable
{
    private readonly ArchiveStream _stream;
    private readonly TarStream _tar;
    private readonly HashSet<int> _numbers = [];

    /// <summary>Opens an archive.</summary>
    /// <param name="path">The file.</param>
    /// <param name="limits">How far it is followed.</param>
    /// <param name="name">What errors name; null: the path.</param>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="ImageUnreadableException">It cannot be opened, or is no file.</exception>
    public XenArchive(string path, ArchiveLimits limits, string? name = null)
    {
        _stream = new ArchiveStream(path, limits, name);
        _tar = new TarStream(_stream, limits.MostHeaders);
    }

    /// <summary>What errors name.</summary>
    public string Name => _stream.Name;

    /// <summary>The number of bytes of the file.</summary>
    public long PackedLength => _stream.PackedLength;

    /// <summary>The number of bytes of the file that were read so far.</summary>
    public long PackedPosition => _stream.PackedPosition;

    /// <summary>The path by which errors name a link.</summary>
    /// <param name="number">The link.</param>
    /// <returns>The archive's path and the member's name.</returns>
    public string NameOf(int number) => Path.Combine(Name, VhdFolder.NameOf(number));

    /// <summary>Goes on to the next link.</summary>
    /// <param name="length">Its length in bytes.</param>
    /// <returns>Its number; null: the archive was read to its end, and all numbers from 0 on came.</returns>
    /// <exception cref="ArchiveUnsafeException">A member is none that may be there, or the archive is damaged.</exception>
    /// <exception cref="VhdChainBrokenException">A number is missing.</exception>
    public int? Next(out long length)
    {
        while (_tar.Next() is { } member)
        {
            if (IsOwnFolder(member))
            {
                continue;
            }

            length = member.Length;
            return Accept(member);
        }

        length = 0;
        RequireAll();
        return null;
    }

    /// <summary>Reads on in the link.</summary>
    /// <param name="buffer">Where the bytes go.</param>
    /// <returns>The number of bytes; fewer than the buffer only at its end.</returns>
    /// <exception cref="ArchiveUnsafeException">The archive is damaged.</exception>
    public int Read(Span<byte> buffer) => _tar.Read(buffer);

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    /// <summary>What tar writes of the folder that it was called in.</summary>
    private static bool IsOwnFolder(TarMember member) => member.Kind == (byte)'5' && member.Name is "./" or ".";

    private static string KindOf(byte kind) => kind switch
    {
        (byte)'1' => "a hard link",
        (byte)'2' => "a symbolic link",
        (byte)'3' => "a character device",
        (byte)'4' => "a block device",
        (byte)'5' => "a folder",
        (byte)'6' => "a pipe (FIFO)",
        (byte)'K' => "a link",
        _ => "no regular file",
    };

    private int Accept(TarMember member)
    {
        string shown = ImageText.Show(member.Name);
        if (!member.IsRegular)
        {
            throw _stream.Unsafe(shown, $"It is {KindOf(member.Kind)}; a XenServer image holds regular files only.");
        }

        string name = member.Name.StartsWith("./", StringComparison.Ordinal) ? member.Name[2..] : member.Name;
        if (VhdFolder.NumberOf(name) is not { } number || number >= VhdChain.MostLinks)
        {
            throw _stream.Unsafe(shown, FormattableString.Invariant($"A XenServer image holds 0.vhd, 1.vhd, … up to {VhdChain.MostLinks} links, and nothing else."));
        }

        return _numbers.Add(number) ? number : throw _stream.Unsafe(shown, "It occurs twice.");
    }

    private void RequireAll()
    {
        for (int number = 0; number < Math.Max(1, _numbers.Count); number++)
        {
            if (!_numbers.Contains(number))
            {
                throw VhdFolder.Missing(NameOf(number), _numbers.Count == 0 ? null : _numbers.Max());
            }
        }
    }
}
