using System.Xml;

namespace ImageUtils.Formats.Containers;

/// <summary>The parts of an OVF descriptor (DSP0243) that name files. No entity and no other document is ever resolved.</summary>
internal sealed class OvfEnvelope
{
    private const int MaximumElements = 100_000;
    private const int MaximumDepth = 64;

    /// <summary>Files by their id.</summary>
    public Dictionary<string, string> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The ids of files that are packed, or cut in pieces; what they are is not what stands in the archive.</summary>
    public HashSet<string> PackedFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>Disks: the id of their file, and the format they claim.</summary>
    public List<(string FileId, string Format)> Disks { get; } = [];

    /// <summary>What is wrong with the text; null: nothing.</summary>
    public string? Problem { get; private set; }

    /// <summary>Reads a descriptor.</summary>
    /// <param name="bytes">The text.</param>
    /// <returns>The files it names, or what is wrong with it.</returns>
    public static OvfEnvelope Read(byte[] bytes)
    {
        OvfEnvelope envelope = new();
        XmlReaderSettings settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = bytes.Length };
        try
        {
            using MemoryStream stream = new(bytes);
            using XmlReader reader = XmlReader.Create(stream, settings);
            for (int count = 0; reader.Read(); count++)
            {
                if (count > MaximumElements || reader.Depth > MaximumDepth)
                {
                    envelope.Problem = "it is larger or deeper than any description of a machine";
                    return envelope;
                }

                envelope.Take(reader);
            }
        }
        catch (XmlException exception)
        {
            envelope.Problem = FormattableString.Invariant($"it is no XML, or has a document type (entities are never resolved), at line {exception.LineNumber}");
        }

        return envelope;
    }

    private static string Attribute(XmlReader reader, string name) => reader.GetAttribute(name, "http://schemas.dmtf.org/ovf/envelope/1") ?? reader.GetAttribute("ovf:" + name) ?? string.Empty;

    private void Take(XmlReader reader)
    {
        if (reader.NodeType != XmlNodeType.Element)
        {
            return;
        }

        if (string.Equals(reader.LocalName, "File", StringComparison.Ordinal))
        {
            Problem ??= Files.TryAdd(Attribute(reader, "id"), Attribute(reader, "href")) ? null : "two of its files have one id";
            if (Attribute(reader, "compression") is not ("" or "identity") || Attribute(reader, "chunkSize").Length > 0)
            {
                _ = PackedFiles.Add(Attribute(reader, "id"));
            }
        }
        else if (string.Equals(reader.LocalName, "Disk", StringComparison.Ordinal) && Attribute(reader, "fileRef") is { Length: > 0 } file)
        {
            Disks.Add((file, Attribute(reader, "format")));
            if (Attribute(reader, "parentRef").Length > 0)
            {
                Problem ??= "one of its disks is not whole without a parent";
            }
        }
    }
}
