using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.Fused;
using TorchSharp;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>Tests that count what the whole process holds: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;

[Collection(nameof(ProcessWide))]
public sealed class ResourceTests
{
    public static TheoryData<string, int, int, ComputePath> Methods() =>
    [
        .. new[]
        {
            ("""{ "kind": "maml" }""", 200, 2000),
            ("""{ "kind": "maml", "order": "first", "innerSteps": 2 }""", 50, 250),
            ("""{ "kind": "anil" }""", 50, 250),
            ("""{ "kind": "reptile" }""", 50, 250),
            ("""{ "kind": "meta-sgd" }""", 50, 250),
            ("""{ "kind": "maml-plus-plus", "innerSteps": 2, "firstOrderIterations": 20, "multiStepIterations": 30 }""", 50, 250),
            ("""{ "kind": "proto-net" }""", 50, 250),
            ("""{ "kind": "gnn", "edgeWidth": 8 }""", 50, 250),
            ("""{ "kind": "meta-net", "width": 8 }""", 50, 250),
        }.SelectMany(method => Enum.GetValues<ComputePath>().Select(path => (method.Item1, method.Item2, method.Item3, path))),
    ];

    [Theory]
    [MemberData(nameof(Methods))]
    public void Compute_LeavesNothingBehind_HoweverLongItTrains(string algorithm, int early, int late, ComputePath path)
    {
        var experiment = Experiment.Create(
            Specs.Of(algorithm, """{ "kind": "conv4", "filters": 2 }"""), new BlobSource(2, 1, 1, 0.5f, 1, 6, 6), path);
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 1);

        trainer.Train(early, cancellationToken: TestContext.Current.CancellationToken);
        var (inProcess, onThread) = (torch.Tensor.TotalCount, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        var buffers = NativeBuffers.Allocated;
        trainer.Train(late - early, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(inProcess, torch.Tensor.TotalCount);
        Assert.Equal(onThread, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        Assert.Equal(buffers, NativeBuffers.Allocated);
    }

    [Theory]
    [InlineData(ComputePath.Autograd, 1.5, 2.5)]
    [InlineData(ComputePath.Fused, 1, 1)]
    public void EstimateBlockBytes_CoversWhatABlockKeeps_AndGrowsWithTheTasksThatAreKeptAtOnce(ComputePath path, double least, double most)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only glibc tells what is allocated.");
        var spec = Specs.Of("""{ "kind": "maml" }""", """{ "kind": "conv4", "filters": 32 }""");
        var experiment = Experiment.Create(spec, new BlobSource(3, 1, 2, 0.3f, 1, 12, 12), path);

        var (eight, sixteen) = (experiment.EstimateBlockBytes(8)!.Value, experiment.EstimateBlockBytes(16)!.Value);

        // Of each task, at the very least: what the first two convolutions and normalisations gave, with gradients (32 filters on 36 and 9 places of 9 images).
        Assert.True(eight > (path == ComputePath.Fused ? 1 : 8) * 9L * 32 * (36 + 9) * 4 * sizeof(float), $"{eight} bytes");
        Assert.InRange((double)sixteen / eight, least, most);
    }
}
