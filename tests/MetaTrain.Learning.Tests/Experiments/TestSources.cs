using System.Collections.Immutable;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>Classes that are blurred copies of a random prototype, of any input shape: quick to draw and to learn.</summary>
internal sealed class BlobSource(int ways, int shots, int queries, float noise, params ImmutableArray<int> input) : ITaskSource
{
    public EpisodeShape TrainingShape { get; } = new() { Ways = ways, Shots = shots, Queries = queries, Input = input };

    public string? Note => "synthetic: blobs";

    public bool HasPixelBaseline => true;

    public string? Refuse(Split split, EpisodeShape shape) => shape.Ways > 100 ? "there are 100 blobs: ask for fewer ways." : null;

    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        var random = new CounterRandom(key, RandomPurpose.Inputs);
        var shape = block.Shape;
        Span<float> prototype = new float[shape.InputLength];
        for (var way = 0; way < shape.Ways; way++)
        {
            random.FillGaussian(prototype, 0, 1);
            for (var example = 0; example < shape.Shots + shape.Queries; example++)
            {
                var destination = example < shape.Shots
                    ? block.SupportInput(task, (way * shape.Shots) + example)
                    : block.QueryInput(task, (way * shape.Queries) + example - shape.Shots);
                random.FillGaussian(destination, 0, noise);
                for (var i = 0; i < prototype.Length; i++)
                {
                    destination[i] += prototype[i];
                }
            }
        }
    }
}

/// <summary>
/// Classes that differ along a few directions that all tasks share, under noise along all of them: what is learned on some tasks helps on
/// others, and comparing raw inputs does not do.
/// </summary>
internal sealed class SharedDirectionsSource(int ways, int shots, int queries, (double Signal, double Noise) strength, params ImmutableArray<int> input) : ITaskSource
{
    private const int Directions = 2;

    public EpisodeShape TrainingShape { get; } = new() { Ways = ways, Shots = shots, Queries = queries, Input = input };

    public string? Note => "synthetic: shared directions";

    public bool HasPixelBaseline => true;

    public string? Refuse(Split split, EpisodeShape shape) => shape.Ways > 100 ? "ask for fewer ways." : null;

    public void Sample(in EpisodeKey key, EpisodeBlock block, int task)
    {
        var random = new CounterRandom(key, RandomPurpose.Inputs);
        var shape = block.Shape;
        Span<float> along = stackalloc float[Directions];
        for (var way = 0; way < shape.Ways; way++)
        {
            random.FillGaussian(along, 0, strength.Signal);
            for (var example = 0; example < shape.Shots + shape.Queries; example++)
            {
                var destination = example < shape.Shots
                    ? block.SupportInput(task, (way * shape.Shots) + example)
                    : block.QueryInput(task, (way * shape.Queries) + example - shape.Shots);
                random.FillGaussian(destination, 0, strength.Noise);
                for (var i = 0; i < destination.Length; i++)
                {
                    // The directions: the left and the right half, whatever the shape.
                    destination[i] += along[i % shape.Input[^1] * Directions / shape.Input[^1]];
                }
            }
        }
    }
}

/// <summary>No data sets.</summary>
internal sealed class NoDatasets : IDatasetProvider
{
    public ImageDataset? Find(string name) => null;
}
