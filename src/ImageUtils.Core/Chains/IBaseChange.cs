namespace ImageUtils.Chains;

/// <summary>The changes that a merge makes to its base: run once to be planned, and once more to be made.</summary>
internal interface IBaseChange
{
    /// <summary>Where the footer belongs afterwards; known when the changes were made.</summary>
    long FooterOffset { get; }

    /// <summary>Runs the changes, against the file or against its journal.</summary>
    /// <param name="onProgress">Is told how far it is, in bytes of the disk.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The number of blocks that were changed or added.</returns>
    long Run(Action<long> onProgress, CancellationToken cancellationToken);
}
