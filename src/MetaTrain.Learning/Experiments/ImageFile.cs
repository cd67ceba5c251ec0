using System.Collections.Immutable;
using MetaTrain.Learning.Datasets.Import;

namespace MetaTrain.Learning.Experiments;

/// <summary>An image as a file has it.</summary>
/// <param name="Name">What messages call it.</param>
/// <param name="Content">A PNG, JPEG, BMP or GIF file.</param>
public sealed record ImageFile(string Name, byte[] Content);

/// <summary>A class of which there are images, or a description.</summary>
/// <param name="Name">What answers call it.</param>
/// <param name="Images">At least one; none where it is described.</param>
public sealed record ImageFileClass(string Name, ImmutableArray<ImageFile> Images)
{
    /// <summary>What is told of it; empty where there are images of it instead.</summary>
    public ImmutableArray<float> Description { get; init; } = [];

    /// <summary>The classes of a description file.</summary>
    /// <exception cref="RetrievalException">It describes no class, or not all in the same way; the message is one sentence.</exception>
    public static ImmutableArray<ImageFileClass> Described(DescriptionFile file)
    {
        try
        {
            return [.. file.Read().Select(each => new ImageFileClass(each.Class, []) { Description = each.Values })];
        }
        catch (DatasetImportException exception)
        {
            throw new RetrievalException(exception.Message, exception);
        }
    }
}

/// <summary>Something that cannot be retrieved: its message is one sentence with the remedy.</summary>
/// <param name="message">The sentence.</param>
/// <param name="innerException">What was thrown below, if anything.</param>
public sealed class RetrievalException(string message, Exception? innerException = null) : Exception(message, innerException);
