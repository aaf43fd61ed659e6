using System.Text.Json.Serialization;

namespace ImageUtils.Privilege;

/// <summary>How records of owners are written.</summary>
[JsonSerializable(typeof(OwnershipRecord))]
internal sealed partial class OwnershipJson : JsonSerializerContext;
