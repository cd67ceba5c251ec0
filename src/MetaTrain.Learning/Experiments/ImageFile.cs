using System.Collections.Immutable;

namespace MetaTrain.Learning.Experiments;

/// <summary>An image as a file has it.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Content">A PNG, JPEG, BMP or GIF file.</param>
public sealed record ImageFile(string Name, byte[] Content);

/// <summary>A class of which there are images.</summary>
/// <param name="Name">What answers call it.</param>
/// <param name="Images">At least one.</param>
public sealed record ImageFileClass(string Name, ImmutableArray<ImageFile> Images);

/// <summary>Something that cannot be retrieved: its message is one sentence with the remedy.</summary>
/// <param name="message">The sentence.</param>
/// <param name="innerException">What was thrown below, if anything.</param>
public sealed class RetrievalException(string message, Exception? innerException = null) : Exception(message, innerException);
