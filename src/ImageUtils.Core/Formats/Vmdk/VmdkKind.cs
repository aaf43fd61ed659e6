namespace ImageUtils.Formats.Vmdk;

/// <summary>The kinds of file that are called VMDK.</summary>
internal enum VmdkKind
{
    /// <summary>No VMDK.</summary>
    None,

    /// <summary>A sparse extent with the magic KDMV, with or without an embedded descriptor.</summary>
    Sparse,

    /// <summary>A text descriptor that names other files.</summary>
    Descriptor,

    /// <summary>A sparse extent of VMware 3 and ESX.</summary>
    Cowd,

    /// <summary>A space-efficient sparse extent of ESX.</summary>
    SeSparse,
}
