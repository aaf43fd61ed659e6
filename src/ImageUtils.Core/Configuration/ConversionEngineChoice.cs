namespace ImageUtils.Configuration;

/// <summary>Which engine does a piece of work.</summary>
public enum ConversionEngineChoice
{
    /// <summary>Ours where it can, else the native tool.</summary>
    Auto,

    /// <summary>Ours only.</summary>
    Managed,

    /// <summary>qemu-img only.</summary>
    QemuImg,
}
