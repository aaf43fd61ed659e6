using ImageUtils.Processes;

namespace ImageUtils.Conversion;

/// <summary>The passphrases of one conversion.</summary>
/// <param name="Source">Opens the source; null: it is not encrypted.</param>
/// <param name="Result">Locks the result; null: it is not encrypted.</param>
internal sealed record ConversionSecrets(Passphrase? Source, Passphrase? Result);
