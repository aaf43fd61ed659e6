using System.Text.Json.Serialization;

namespace ImageUtils.Storage;

/// <summary>How records of shared files are written.</summary>
[JsonSerializable(typeof(SharedFileRecord))]
internal sealed partial class SharedFileJson : JsonSerializerContext;
