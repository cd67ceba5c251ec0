using System.Diagnostics;
using System.Text.Json;
using MetaTrain.Learning.Algorithms;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Datasets;
using MetaTrain.Learning.Datasets.Images;
using MetaTrain.Learning.Datasets.Import;
using MetaTrain.Learning.Datasets.Sinusoids;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;
using MetaTrain.Learning.Models;
using MetaTrain.Learning.Tensors;
using MetaTrain.Learning.Tests.Models;

namespace MetaTrain.Benchmarks.Questions;

/// <summary>What is trained in a contest: the same that benchmarks/peers/maml.py does under the same name.</summary>
/// <remarks>METATRAIN_OMNIGLOT names the archive or folder; left out, ../shared/data/omniglot.tgz.</remarks>
internal sealed record Workload
{
    private static readonly Lazy<ImportedDataset> Images = new(Read);

    /// <summary>The name that peers know it by.</summary>
    public required string Name { get; init; }

    /// <summary>Classes; 0 for the sinusoid.</summary>
    public int Ways { get; init; } = 5;

    /// <summary>Support examples a class.</summary>
    public int Shots { get; init; } = 1;

    /// <summary>Query examples a class.</summary>
    public int Queries { get; init; } = 1;

    /// <summary>Inner steps.</summary>
    public int Steps { get; init; } = 1;

    /// <summary>How images are halved.</summary>
    public Pooling Pooling { get; init; } = Pooling.Stride;

    /// <summary>Tasks an iteration.</summary>
    public int Tasks { get; init; } = 32;

    /// <summary>Tasks a block.</summary>
    public int BlockSize { get; init; } = 4;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Workload> All { get; } =
    [
        new() { Name = "omniglot-5way-1shot" },
        new() { Name = "omniglot-5way-1shot-pool", Pooling = Pooling.Max },
        new() { Name = "omniglot-5way-5shot-15q", Shots = 5, Queries = 15 },
        new() { Name = "omniglot-20way-1shot-5steps", Ways = 20, Steps = 5, Tasks = 16, BlockSize = 1 },
        new() { Name = "sinusoid", Ways = 0, Shots = 10, Queries = 10, Tasks = 25, BlockSize = 32 },
    ];

    /// <summary>The workload of a name.</summary>
    public static Workload Of(string name) => All.Single(workload => workload.Name == name);

    /// <summary>Tasks a second of our own, from sampling to the optimizer's step, in this process and with no cluster.</summary>
    public Func<double, double> Ours(int workers, ComputePath path, ComputeDevice device = default, Precision precision = Precision.Float32)
    {
        var trainer = new Lazy<MetaTrainer>(() => new MetaTrainer(Create(path, device: device, precision: precision), Tasks, BlockSize, workers));
        return seconds =>
        {
            trainer.Value.Step();
            var (clock, done) = (Stopwatch.StartNew(), 0);
            do
            {
                trainer.Value.Step();
                done++;
            }
            while (clock.Elapsed.TotalSeconds < seconds);
            return done * Tasks / clock.Elapsed.TotalSeconds;
        };
    }

    /// <summary>Tasks a second of the PyTorch script.</summary>
    public Func<double, double> Peer(int processes, string device = "cpu") => seconds =>
    {
        var python = Environment.GetEnvironmentVariable("METATRAIN_PEER_PYTHON") ?? "/usr/bin/python3";
        var start = new ProcessStartInfo(python) { RedirectStandardOutput = true };
        string[] arguments =
        [
            Path.Combine("benchmarks", "peers", "maml.py"),
            "--workload", Name, "--processes", $"{processes}", "--seconds", FormattableString.Invariant($"{seconds}"),
            "--device", device, "--tasks", $"{Tasks}",
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? JsonDocument.Parse(output).RootElement.GetProperty("tasksPerSecond").GetDouble()
            : throw new InvalidOperationException($"{python} with PyTorch did not run (exit code {process.ExitCode}): install python3-torch, or set METATRAIN_PEER_PYTHON.");
    };

    /// <summary>The experiment.</summary>
    /// <param name="path">What computes its blocks.</param>
    /// <param name="oneAtATime">True for a network of libtorch's own layers that takes one task after the other.</param>
    /// <param name="images">What classes and examples are drawn from; null for Omniglot.</param>
    /// <param name="device">Where its blocks are computed.</param>
    /// <param name="precision">What layers multiply in.</param>
    public Experiment Create(
        ComputePath path, bool oneAtATime = false, ImageDataset? images = null, ComputeDevice device = default, Precision precision = Precision.Float32)
    {
        var adam = new AdamOptions { Iterations = 1_000_000, TasksPerIteration = Tasks };
        var isRegression = Ways == 0;
        ITaskSource source = isRegression
            ? new SinusoidTaskSource(new SinusoidOptions { Shots = Shots, Queries = Queries })
            : new ImageTaskSource(
                images ?? Images.Value.Dataset, new ImageOptions { Ways = Ways, Shots = Shots, Queries = Queries, Augment = [ImageAugmentation.RotateClasses] });
        IModel model = isRegression ? new Mlp(1, 40, 40, 1) : new Conv4(1, 28, 28, 64, Ways, Pooling);
        model = oneAtATime && model is Conv4 conv ? new ReferenceConv4(conv, Pooling) : model;
        var options = new MamlOptions { InnerLearningRate = isRegression ? 0.01 : 0.4, InnerSteps = Steps };
        var maml = new Maml(model, isRegression ? Losses.MeanSquaredError : Losses.CrossEntropy, options);
        return new Experiment(source, maml, count => new Adam(adam, count), seed: 7, path: path, device: device, precision: precision);
    }

    private static ImportedDataset Read()
    {
        var path = Environment.GetEnvironmentVariable("METATRAIN_OMNIGLOT") ?? Path.Combine("..", "shared", "data", "omniglot.tgz");
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no Omniglot at '{path}': set METATRAIN_OMNIGLOT to its folder or archive (github.com/brendenlake/omniglot).");
        }

        using var archive = Directory.Exists(path) ? null : File.OpenRead(path);
        return archive is null ? OmniglotImporter.ReadFolder(path) : OmniglotImporter.Read(archive, Path.GetFileName(path));
    }
}
