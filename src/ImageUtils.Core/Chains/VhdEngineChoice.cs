namespace ImageUtils.Chains;

/// <summary>Who merges a chain of VHDs.</summary>
public enum VhdEngineChoice
{
    /// <summary>Ours.</summary>
    Auto,

    /// <summary>Ours: one pass, no program needed.</summary>
    Managed,

    /// <summary>vhd-util, link after link, as cinder runs it.</summary>
    VhdUtil,
}
