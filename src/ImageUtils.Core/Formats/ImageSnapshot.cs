namespace ImageUtils.Formats;

/// <summary>An internal snapshot of a qcow2 image, with the names of <c>qemu-img info</c>.</summary>
public sealed record ImageSnapshot
{
    /// <summary>The snapshot's id, a text of the image.</summary>
    public required string Id { get; init; }

    /// <summary>The snapshot's name, a text of the image.</summary>
    public required string Name { get; init; }

    /// <summary>The size of the saved machine state, in bytes.</summary>
    public long VmStateSize { get; init; }

    /// <summary>When it was taken, in UTC.</summary>
    public DateTime Date { get; init; }
}
