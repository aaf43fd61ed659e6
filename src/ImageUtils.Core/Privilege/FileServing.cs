using System.Buffers.Binary;
using System.Text;
using ImageUtils.Errors;
using ImageUtils.Storage;

namespace ImageUtils.Privilege;

/// <summary>
/// What the two ends of <c>imageutils serve-file</c> say to each other: fixed little-endian records over pipes. First the
/// server says what the file is. A question is an offset and a count; the answer a count and so many bytes, or a reason.
/// Nothing that one end says makes the other allocate more than <see cref="LargestPiece"/> bytes.
/// </summary>
internal static class FileServing
{
    /// <summary>The hidden verb of the program.</summary>
    public const string Verb = "serve-file";

    /// <summary>The hidden verb that holds a block device for one user alone besides, as long as it serves.</summary>
    public const string DeviceVerb = "serve-device";

    /// <summary>The hidden verb that makes a file beside a destination where nothing is, and moves it there in the end.</summary>
    public const string WriteVerb = "write-file";

    /// <summary>The same where a regular file may be replaced.</summary>
    public const string ReplaceVerb = "replace-file";

    /// <summary>The most bytes of one answer.</summary>
    public const int LargestPiece = 1 << 20;

    /// <summary>The offset that asks again what stands at the path now.</summary>
    public const long LookAgain = -1;

    /// <summary>The offset that has what was written moved into place.</summary>
    public const long Commit = -2;

    /// <summary>The bytes of a question: the offset, then the count.</summary>
    public const int QuestionLength = 12;

    private const uint Magic = 0x31467549; // "IuF1"
    private const int LongestReason = 8 << 10;
    private const int RecordLength = 53;
    private const byte Found = 0;
    private const byte NotFound = 1;
    private const byte Unreadable = 2;
    private const byte Busy = 3;
    private const byte Exists = 4;
    private const byte Full = 5;
    private const byte Unwritable = 6;
    private const int RoomLength = 25;
    private const int DeviceFlag = 1;
    private const int DirectFlag = 2;

    /// <summary>Says what the file is.</summary>
    public static void Write(Stream output, ServedFile file)
    {
        Span<byte> record = stackalloc byte[5 + RecordLength];
        BinaryPrimitives.WriteUInt32LittleEndian(record, Magic);
        record[4] = Found;
        Span<byte> body = record[5..];
        BinaryPrimitives.WriteInt64LittleEndian(body, file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], file.Identity.Device);
        BinaryPrimitives.WriteUInt64LittleEndian(body[16..], file.Identity.Inode);
        body[24] = (byte)((file.Identity.Kind == FileKind.BlockDevice ? DeviceFlag : 0) | (file.IsDirect ? DirectFlag : 0));
        BinaryPrimitives.WriteInt64LittleEndian(body[25..], file.Identity.AllocatedBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(body[33..], file.Identity.OwnerId ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(body[37..], file.Identity.DeviceNumber);
        BinaryPrimitives.WriteInt64LittleEndian(body[45..], file.LastWritten.Ticks);
        output.Write(record);
        output.Flush();
    }

    /// <summary>Says why there is no file to serve.</summary>
    public static void Write(Stream output, ImageUtilsException trouble)
    {
        Span<byte> head = stackalloc byte[5];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        head[4] = trouble switch
        {
            PathNotFoundException => NotFound,
            DeviceBusyException => Busy,
            DestinationExistsException => Exists,
            NoSpaceException => Full,
            DestinationUnwritableException => Unwritable,
            _ => Unreadable,
        };
        output.Write(head);
        WriteText(output, trouble switch
        {
            ImageUnreadableException unreadable => unreadable.Reason,
            DestinationUnwritableException unwritable => unwritable.Reason,
            NoSpaceException full => full.Location,
            _ => trouble.Message,
        });
    }

    /// <summary>Hears what the file is.</summary>
    /// <param name="input">The server's words.</param>
    /// <param name="path">What errors name.</param>
    /// <returns>The file.</returns>
    /// <exception cref="InvalidDataException">It is not our program that speaks.</exception>
    /// <exception cref="EndOfStreamException">It said nothing.</exception>
    /// <exception cref="PathNotFoundException">There is no such file.</exception>
    /// <exception cref="DeviceBusyException">It was to be held, and somebody else does.</exception>
    /// <exception cref="ImageUnreadableException">Root cannot read it either, or it is no image file.</exception>
    /// <exception cref="DestinationExistsException">It was to be made, and is there.</exception>
    /// <exception cref="DestinationUnwritableException">It was to be made, and cannot be.</exception>
    /// <exception cref="NoSpaceException">It was to be made, and the file system is full.</exception>
    public static ServedFile Read(Stream input, string path)
    {
        Span<byte> head = stackalloc byte[5];
        input.ReadExactly(head);
        if (BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic)
        {
            throw new InvalidDataException("The answer is not one of imageutils.");
        }

        switch (head[4])
        {
            case Found:
                break;
            default:
                throw Trouble(head[4], path, ReadText(input));
        }

        Span<byte> body = stackalloc byte[RecordLength];
        input.ReadExactly(body);
        long length = BinaryPrimitives.ReadInt64LittleEndian(body);
        long ticks = BinaryPrimitives.ReadInt64LittleEndian(body[45..]);
        if (length < 0 || ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            throw new InvalidDataException("The answer is not one of imageutils.");
        }

        var identity = new FileIdentity(
            BinaryPrimitives.ReadUInt64LittleEndian(body[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(body[16..]),
            (body[24] & DeviceFlag) != 0 ? FileKind.BlockDevice : FileKind.Regular,
            BinaryPrimitives.ReadInt64LittleEndian(body[25..]))
        {
            OwnerId = BinaryPrimitives.ReadUInt32LittleEndian(body[33..]),
            DeviceNumber = BinaryPrimitives.ReadUInt64LittleEndian(body[37..]),
        };
        return new ServedFile(length, identity, new DateTime(ticks, DateTimeKind.Utc)) { IsDirect = (body[24] & DirectFlag) != 0 };
    }

    /// <summary>Says where a new file is written.</summary>
    public static void Write(Stream output, StagedRoom room)
    {
        WriteText(output, room.WritePath);
        WriteText(output, room.MountPoint);
        Span<byte> record = stackalloc byte[RoomLength];
        BinaryPrimitives.WriteInt64LittleEndian(record, room.FreeBytes);
        record[8] = (byte)(room.Existing is null ? 0 : 1);
        BinaryPrimitives.WriteUInt64LittleEndian(record[9..], room.Existing?.Device ?? 0);
        BinaryPrimitives.WriteUInt64LittleEndian(record[17..], room.Existing?.Inode ?? 0);
        output.Write(record);
        output.Flush();
    }

    /// <summary>Hears where a new file is written.</summary>
    /// <exception cref="InvalidDataException">The server's words make no sense.</exception>
    public static StagedRoom ReadRoom(Stream input)
    {
        string writePath = ReadText(input);
        string mountPoint = ReadText(input);
        Span<byte> record = stackalloc byte[RoomLength];
        input.ReadExactly(record);
        FileIdentity? existing = record[8] == 0
            ? null
            : new FileIdentity(BinaryPrimitives.ReadUInt64LittleEndian(record[9..]), BinaryPrimitives.ReadUInt64LittleEndian(record[17..]), FileKind.Regular, 0);
        return new StagedRoom(writePath, BinaryPrimitives.ReadInt64LittleEndian(record), mountPoint, existing);
    }

    /// <summary>The error for a device that cannot be had alone.</summary>
    public static DeviceBusyException DeviceBusy(string path) => new(path, "another program, or the kernel, holds it for itself alone.")
    {
        RecommendedAction = "Unmount or release it first. With -Force (--force) it is written all the same, which destroys what its user keeps on it.",
    };

    private static ImageUtilsException Trouble(byte code, string path, string text) => code switch
    {
        NotFound => new PathNotFoundException(path),
        Busy => DeviceBusy(path),
        Exists => new DestinationExistsException(path),
        Full => new NoSpaceException(text) { RecommendedAction = "Free some space there, or write to another file system." },
        Unwritable => new DestinationUnwritableException(path, text),
        _ => new ImageUnreadableException(path, text),
    };

    /// <summary>Writes a count and, where it is negative, nothing more than it.</summary>
    public static void WriteCount(Stream output, int count)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, count);
        output.Write(bytes);
    }

    /// <summary>Reads a count.</summary>
    public static int ReadCount(Stream input)
    {
        Span<byte> bytes = stackalloc byte[4];
        input.ReadExactly(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    /// <summary>Writes a bounded text.</summary>
    public static void WriteText(Stream output, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        int length = Math.Min(bytes.Length, LongestReason);
        WriteCount(output, length);
        output.Write(bytes, 0, length);
        output.Flush();
    }

    /// <summary>Reads a bounded text.</summary>
    /// <exception cref="InvalidDataException">It is longer than any that the server writes.</exception>
    public static string ReadText(Stream input)
    {
        int length = ReadCount(input);
        if (length is < 0 or > LongestReason)
        {
            throw new InvalidDataException("The answer is not one of imageutils.");
        }

        byte[] bytes = new byte[length];
        input.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }
}
