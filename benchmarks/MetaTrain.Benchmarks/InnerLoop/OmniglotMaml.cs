using BenchmarkDotNet.Attributes;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tests.Models;

namespace MetaTrain.Benchmarks.InnerLoop;

/// <summary>
/// Second-order MAML on Omniglot as in examples/omniglot-maml.yaml (conv4, 64 filters, stride 2, 5-way 1-shot, one query a class, one inner
/// step, 32 tasks): whole meta-iterations, from sampling to the optimizer's step, in one process and with no cluster. One operation is one
/// task, so that Op/s is tasks/s.
/// </summary>
/// <remarks>METATRAIN_OMNIGLOT names the archive or folder; left out, ../shared/data/omniglot.tgz.</remarks>
public class OmniglotMaml
{
    private const int Tasks = 32;

    private MetaTrainer _oneAtATime = null!;
    private MetaTrainer _batchedByFour = null!;
    private MetaTrainer _batchedByEight = null!;

    /// <summary>Threads that compute blocks side by side, each with one intra-op thread.</summary>
    [Params(1, 2)]
    public int Workers { get; set; }

    /// <summary>Reads the data set and builds one trainer a variant.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var images = Omniglot();
        var network = new Conv4(channels: 1, height: 28, width: 28, filters: 64, outputs: 5);
        _oneAtATime = Trainer(images, new ReferenceConv4(network, Pooling.Stride), blockSize: 1);
        _batchedByFour = Trainer(images, network, blockSize: 4);
        _batchedByEight = Trainer(images, network, blockSize: 8);
    }

    /// <summary>One task after the other through libtorch's own layers and autograd.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Tasks)]
    public IReadOnlyDictionary<string, double> OneTaskAtATime() => _oneAtATime.Step();

    /// <summary>Four tasks at once.</summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public IReadOnlyDictionary<string, double> BlocksOfFour() => _batchedByFour.Step();

    /// <summary>Eight tasks at once.</summary>
    [Benchmark(OperationsPerInvoke = Tasks)]
    public IReadOnlyDictionary<string, double> BlocksOfEight() => _batchedByEight.Step();

    private MetaTrainer Trainer(ImageTaskSource images, IModel model, int blockSize)
    {
        var maml = new Maml(model, Losses.CrossEntropy, new MamlOptions { InnerLearningRate = 0.4 });
        var adam = new AdamOptions { Iterations = 1_000_000, TasksPerIteration = Tasks };
        return new MetaTrainer(new Experiment(images, maml, count => new Adam(adam, count), seed: 7), Tasks, blockSize, Workers);
    }

    private static ImageTaskSource Omniglot()
    {
        var path = Environment.GetEnvironmentVariable("METATRAIN_OMNIGLOT") ?? Path.Combine("..", "shared", "data", "omniglot.tgz");
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no Omniglot at '{path}': set METATRAIN_OMNIGLOT to its folder or archive (github.com/brendenlake/omniglot).");
        }

        using var archive = Directory.Exists(path) ? null : File.OpenRead(path);
        var imported = archive is null ? OmniglotImporter.ReadFolder(path) : OmniglotImporter.Read(archive, Path.GetFileName(path));
        return new ImageTaskSource(imported.Dataset, new ImageOptions { Queries = 1, Augment = [ImageAugmentation.RotateClasses] });
    }
}
