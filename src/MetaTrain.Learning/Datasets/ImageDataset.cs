using System.Collections.Immutable;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Datasets;

/// <summary>Labelled images in memory: one array of bytes a class, examples one after the other.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ExampleShape">[channels, height, width].</param>
/// <param name="Classes">All classes of all splits.</param>
public sealed record ImageDataset(string Name, ImmutableArray<int> ExampleShape, ImmutableArray<ImageClass> Classes)
{
    /// <summary>Bytes an example.</summary>
    public int ExampleLength => ExampleShape.Aggregate(1, (product, size) => product * size);

    /// <summary>By how many values each class is described; 0 where none is.</summary>
    public int Descriptions => Classes.IsEmpty ? 0 : Classes[0].Description.Length;
}

/// <summary>One class of an <see cref="ImageDataset"/>.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Split">Its split: classes of two splits never overlap.</param>
/// <param name="Examples">How many examples it has.</param>
/// <param name="Pixels">[examples, channels, height, width], 0 to 255.</param>
public sealed record ImageClass(string Name, Split Split, int Examples, byte[] Pixels)
{
    /// <summary>What is told of it beside its examples, as many values as of every other class of the data set; empty where nothing is.</summary>
    public ImmutableArray<float> Description { get; init; } = [];
}

/// <summary>Finds data sets by name: the cluster reads them from the store, a test makes them up.</summary>
public interface IDatasetProvider
{
    /// <summary>The data set of that name; null when there is none.</summary>
    ImageDataset? Find(string name);
}
