using System.Text.Json.Serialization;

namespace ImageUtils.Transfer.Ranges;

/// <summary>The journal of a kept part, written without reflection.</summary>
[JsonSerializable(typeof(KeptPartIdentity))]
internal sealed partial class KeptPartJson : JsonSerializerContext;
