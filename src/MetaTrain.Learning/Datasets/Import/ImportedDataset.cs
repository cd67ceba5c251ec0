using System.Collections.Immutable;
using System.Security.Cryptography;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets.Import;

/// <summary>What an import gives: the data set, its classes in ordinal order of their names, and what to say about it.</summary>
/// <param name="Dataset">The data set.</param>
/// <param name="ClassSha256">The SHA-256 of each class's bytes, in lower-case hexadecimal, in the order of the classes.</param>
/// <param name="Licence">The licence and its holder; null when unknown.</param>
/// <param name="Source">Where the data come from; null when unknown.</param>
public sealed record ImportedDataset(ImageDataset Dataset, ImmutableArray<string> ClassSha256, string? Licence, string? Source)
{
    /// <summary>Puts classes and examples into ordinal order of their names, so that nothing depends on the order of an archive.</summary>
    /// <param name="name">The data set's name.</param>
    /// <param name="exampleShape">[channels, height, width].</param>
    /// <param name="classes">By class name and file name, each example's bytes.</param>
    /// <param name="splitOf">The split of each class.</param>
    /// <param name="licence">The licence.</param>
    /// <param name="source">Where the data come from.</param>
    /// <param name="descriptionOf">What is told of each class; null where nothing is of any.</param>
    internal static ImportedDataset Create(
        string name,
        ImmutableArray<int> exampleShape,
        SortedDictionary<string, SortedDictionary<string, byte[]>> classes,
        Func<string, Split> splitOf,
        string? licence,
        string? source,
        Func<string, ImmutableArray<float>>? descriptionOf = null)
    {
        var built = classes.Select(c => new ImageClass(c.Key, splitOf(c.Key), c.Value.Count, Concatenate(c.Value.Values))
        {
            Description = descriptionOf?.Invoke(c.Key) ?? [],
        }).ToImmutableArray();
        var hashes = built.Select(c => Convert.ToHexStringLower(SHA256.HashData(c.Pixels))).ToImmutableArray();
        return new ImportedDataset(new ImageDataset(name, exampleShape, built), hashes, licence, source);
    }

    private static byte[] Concatenate(IReadOnlyCollection<byte[]> examples)
    {
        var all = new byte[examples.Sum(example => example.Length)];
        var offset = 0;
        foreach (var example in examples)
        {
            example.CopyTo(all, offset);
            offset += example.Length;
        }

        return all;
    }
}
