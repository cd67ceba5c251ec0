using BenchmarkDotNet.Attributes;
using MetaTrain.Learning.Datasets.Glyphs;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Episodes;

namespace MetaTrain.Benchmarks.Primitives;

/// <summary>The episodes of one block, a new one each time.</summary>
public class EpisodeSampling
{
    private const string Images = "4 tasks, 5-way 1-shot, of 964 classes of images with rotations";
    private const string Glyphs = "4 tasks, 5-way 1-shot, of glyphs drawn meanwhile";
    private const string Sinusoids = "25 tasks of 10 points on sinusoids";

    private ITaskSource _source = null!;
    private int _tasks;
    private long _iteration;

    /// <summary>What is sampled.</summary>
    [Params(Images, Glyphs, Sinusoids)]
    public string Source { get; set; } = "";

    /// <summary>Makes the task source.</summary>
    [GlobalSetup]
    public void Setup() => (_source, _tasks) = Source switch
    {
        Images => (new ImageTaskSource(GlyphImages.Draw(), new ImageOptions { Queries = 1, Augment = [ImageAugmentation.RotateClasses] }), 4),
        Glyphs => (new GlyphTaskSource(new GlyphOptions { Queries = 1 }), 4),
        _ => ((ITaskSource)new SinusoidTaskSource(new SinusoidOptions { Shots = 10, Queries = 10 }), 25),
    };

    /// <summary>Samples a block.</summary>
    [Benchmark(Description = "episodes sampled")]
    public EpisodeBlock Sample()
    {
        EpisodeBlock block = new(_source.TrainingShape, _tasks);
        for (int task = 0; task < _tasks; task++)
        {
            _source.Sample(new EpisodeKey(7, Split.Train, _iteration, task), block, task);
        }

        _iteration++;
        return block;
    }
}
