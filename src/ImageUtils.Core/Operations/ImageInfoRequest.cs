using ImageUtils.Configuration;

namespace ImageUtils.Operations;

/// <summary>A question about one image file.</summary>
public sealed record ImageInfoRequest
{
    /// <summary>The full path.</summary>
    public required string Path { get; init; }

    /// <summary>The format to read it as; null: what the content is. Raw is raw, whatever a guest wrote into it.</summary>
    public DiskFormat? ImageFormat { get; init; }

    /// <summary>Read it although another program has it open for writing (qemu-img only; our parser never locks).</summary>
    public bool ForceShare { get; init; }

    /// <summary>Let qemu-img look at a qcow2 image with a backing file (cinder's allow_qcow2_backing_file).</summary>
    public bool AllowBackingFile { get; init; }

    /// <summary>Who answers.</summary>
    public ConversionEngineChoice Engine { get; init; }

    /// <summary>Run qemu-img through the root helper, and read through it what only root may read.</summary>
    public bool RunAsRoot { get; init; }
}
