using System.Security.Cryptography;
using ImageUtils.Formats;
using ImageUtils.Formats.Containers;
using ImageUtils.Storage;

namespace ImageUtils.Safety.Rules;

/// <summary>A virtual appliance (OVA): one description, which names the disks, and a manifest, where there is one, that is right.</summary>
internal sealed class ApplianceRules(TarArchive archive, InspectionContext context)
{
    private const int MaximumDescriptor = 256 * 1024;
    private const int MaximumDisks = 8;
    private const int MetadataHashed = 128 * 1024;
    private const int ChunkSize = 64 * 1024;
    private const string Reference = ArchiveRules.Reference;

    private readonly CheckList _checks = context.Checks;

    /// <summary>Judges the appliance.</summary>
    /// <param name="facts">The facts of the archive.</param>
    /// <returns>The facts with the size of its largest disk, beside its own.</returns>
    public ImageFacts Judge(ImageFacts facts)
    {
        TarMember[] descriptors = Find(".ovf");
        if (archive.IsComplete && (descriptors.Length != 1 || descriptors[0].Length > MaximumDescriptor))
        {
            _checks.Fail(CheckNames.Container, FormattableString.Invariant($"The appliance has {descriptors.Length} descriptions of reasonable size; one is needed."), reference: Reference);
            return facts;
        }

        TarMember? descriptor = descriptors.FirstOrDefault();
        if (descriptor is null || descriptor.Length > MaximumDescriptor || !context.Reader.Has(descriptor.Offset, (int)descriptor.Length))
        {
            return facts;
        }

        OvfEnvelope envelope = OvfEnvelope.Read(context.Reader.ReadArray(descriptor.Offset, (int)descriptor.Length));
        if (envelope.Problem is string problem)
        {
            _checks.Fail(CheckNames.Container, $"The description of the appliance is refused: {problem}.", descriptor.Offset, reference: Reference);
            return facts;
        }

        JudgeFiles(envelope, descriptor);
        facts = JudgeDisks(envelope, descriptor, facts);
        if (archive.IsComplete)
        {
            InspectionContext.WhereHere(JudgeManifest);
        }

        return facts;
    }

    private TarMember[] Find(string extension) =>
        archive.Members.Where(member => member.IsRegular && member.Name.EndsWith(extension, StringComparison.OrdinalIgnoreCase)).ToArray();

    private TarMember? FindFile(string name) =>
        archive.Members.Find(member => member.IsRegular && string.Equals(MemberName.Normalize(member.Name), name, StringComparison.Ordinal));

    private void JudgeFiles(OvfEnvelope envelope, TarMember descriptor)
    {
        foreach ((string id, string file) in envelope.Files)
        {
            if (!MemberName.IsPlain(file) || (archive.IsComplete && FindFile(file) is null))
            {
                _checks.Fail(CheckNames.Container, $"The description names the file '{ImageText.Show(file)}', which is not in the archive.", descriptor.Offset, reference: Reference);
            }

            if (envelope.PackedFiles.Contains(id))
            {
                _checks.Fail(CheckNames.Container, $"The file '{ImageText.Show(file)}' is packed or cut in pieces; what is inside cannot be judged.", descriptor.Offset, reference: Reference);
            }
        }
    }

    private ImageFacts JudgeDisks(OvfEnvelope envelope, TarMember descriptor, ImageFacts facts)
    {
        if (envelope.Disks.Count is 0 or > MaximumDisks)
        {
            _checks.Fail(CheckNames.Container, FormattableString.Invariant($"The description has {envelope.Disks.Count} disks; 1 to {MaximumDisks} are judged."), descriptor.Offset, reference: Reference);
            return facts;
        }

        if (envelope.Disks.Count > 1)
        {
            _checks.Warn(CheckNames.Container, FormattableString.Invariant($"The appliance has {envelope.Disks.Count} disks; an image is made of one."), descriptor.Offset, reference: Reference);
        }

        foreach ((string fileId, string claim) in envelope.Disks)
        {
            TarMember? disk = envelope.Files.TryGetValue(fileId, out string? name) ? FindFile(name) : null;
            if (disk is not null)
            {
                InnerImage inner = ArchiveRules.JudgeDisk(disk, claim.Contains("vmdk", StringComparison.OrdinalIgnoreCase) ? "vmdk" : null, context);
                ImageFacts with = inner.Put(facts);

                // What qemu-img says of an appliance is the size of the file, as of every content that it does not know.
                bool isLargest = facts.InnerVirtualSize is not long largest || with.InnerVirtualSize > largest;
                facts = isLargest ? with with { VirtualSize = facts.VirtualSize } : facts;
            }
            else if (name is null || archive.IsComplete)
            {
                _checks.Fail(CheckNames.Container, $"A disk names the file '{ImageText.Show(fileId)}', which the description does not have.", descriptor.Offset, reference: Reference);
            }
        }

        return facts;
    }

    private void JudgeManifest()
    {
        foreach (TarMember member in Find(".mf"))
        {
            if (member.Length > OvfManifest.MaximumSize)
            {
                _checks.Fail(CheckNames.Container, "The manifest is larger than any that is read.", member.HeaderOffset, reference: References.Resources);
                continue;
            }

            OvfManifest manifest = OvfManifest.Read(context.Reader.ReadArray(member.Offset, (int)member.Length));
            if (!manifest.IsUnderstood)
            {
                _checks.Warn(CheckNames.Container, "The manifest has lines that are not understood.", member.Offset, reference: Reference);
            }

            JudgeHashes(manifest, member);
        }
    }

    private void JudgeHashes(OvfManifest manifest, TarMember place)
    {
        long budget = context.IsFull ? long.MaxValue : MetadataHashed;
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach ((string file, HashAlgorithmName algorithm, string hash) in manifest.Entries)
        {
            string shown = ImageText.Show(file);
            if (!named.Add(file))
            {
                // A manifest of many lines for one large file would be work without end.
                _checks.Warn(CheckNames.Container, $"The manifest names '{shown}' twice; its first hash was compared.", place.Offset, reference: Reference);
            }
            else if (FindFile(file) is not TarMember member)
            {
                _checks.Fail(CheckNames.Container, $"The manifest names '{shown}', which is not in the archive.", place.Offset, reference: Reference);
            }
            else if (member.Length > budget)
            {
                _checks.Warn(CheckNames.Container, $"The hash of '{shown}' in the manifest was not compared; -Depth Full compares it.", place.Offset, reference: Reference);
            }
            else if (!string.Equals(Hash(member, algorithm), hash, StringComparison.OrdinalIgnoreCase))
            {
                _checks.Fail(CheckNames.Container, $"'{shown}' has another hash ({algorithm.Name}) than the manifest says.", place.Offset, reference: Reference);
            }
            else
            {
                budget -= context.IsFull ? 0 : member.Length;
            }
        }
    }

    private string Hash(TarMember member, HashAlgorithmName algorithm)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(algorithm);
        for (long done = 0; done < member.Length; done += ChunkSize)
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            hash.AppendData(context.Reader.ReadArray(member.Offset + done, (int)Math.Min(ChunkSize, member.Length - done)));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
