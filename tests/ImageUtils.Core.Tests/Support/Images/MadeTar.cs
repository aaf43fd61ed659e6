using System.Text;

namespace ImageUtils.Core.Tests.Support.Images;

/// <summary>Tar archives, block by block, so that a test can bend them.</summary>
public static class MadeTar
{
    public static byte[] Of(params (string Name, byte[] Content, char Kind)[] members)
    {
        using var archive = new MemoryStream();
        foreach ((string name, byte[] content, char kind) in members)
        {
            archive.Write(Header(name, content.Length, kind));
            archive.Write(content);
            archive.Write(new byte[(512 - (content.Length % 512)) % 512]);
        }

        archive.Write(new byte[1024]);
        return archive.ToArray();
    }

    public static byte[] Header(string name, long length, char kind, Action<byte[]>? change = null)
    {
        byte[] header = new byte[512];
        header.Put(0, Encoding.UTF8.GetBytes(name)).Put(100, "0000644\0"u8).Put(124, Encoding.ASCII.GetBytes(Convert.ToString(length, 8).PadLeft(11, '0')));
        header.Put(148, "        "u8).Put(156, [(byte)kind]).Put(257, "ustar\u000000"u8);
        change?.Invoke(header);
        int sum = header.Sum(value => value);
        return header.Put(148, Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0 "));
    }

    public static byte[] Pax(string key, string value)
    {
        string record = $" {key}={value}\n";
        int length = record.Length + 1;
        while (length != record.Length + length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return Encoding.UTF8.GetBytes(length.ToString(System.Globalization.CultureInfo.InvariantCulture) + record);
    }
}
