using MetaTrain.Learning.Experiments;
using TorchSharp;

namespace MetaTrain.Learning.Tests.Experiments;

/// <summary>Tests that count what the whole process holds: nothing else may run beside them.</summary>
[CollectionDefinition(nameof(ProcessWide), DisableParallelization = true)]
public sealed class ProcessWide;

[Collection(nameof(ProcessWide))]
public sealed class ResourceTests
{
    [Theory]
    [InlineData("""{ "kind": "maml" }""", 200, 2000)]
    [InlineData("""{ "kind": "maml", "order": "first", "innerSteps": 2 }""", 50, 250)]
    [InlineData("""{ "kind": "anil" }""", 50, 250)]
    [InlineData("""{ "kind": "reptile" }""", 50, 250)]
    [InlineData("""{ "kind": "meta-sgd" }""", 50, 250)]
    [InlineData("""{ "kind": "proto-net" }""", 50, 250)]
    public void Compute_LeavesNoTensorBehind_HoweverLongItTrains(string algorithm, int early, int late)
    {
        var experiment = Experiment.Create(
            Specs.Of(algorithm, """{ "kind": "conv4", "filters": 2 }"""), new BlobSource(2, 1, 1, 0.5f, 1, 6, 6));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 1);

        trainer.Train(early, cancellationToken: TestContext.Current.CancellationToken);
        var (inProcess, onThread) = (torch.Tensor.TotalCount, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        trainer.Train(late - early, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(inProcess, torch.Tensor.TotalCount);
        Assert.Equal(onThread, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void EstimateBlockBytes_CoversWhatABlockKeeps_AndGrowsWithItsTasks()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only glibc tells what is allocated.");
        var experiment = Experiment.Create(Specs.Of("""{ "kind": "maml" }""", """{ "kind": "conv4", "filters": 32 }"""), new BlobSource(3, 1, 2, 0.3f, 1, 12, 12));

        var (eight, sixteen) = (experiment.EstimateBlockBytes(8)!.Value, experiment.EstimateBlockBytes(16)!.Value);

        // Of each task, at the very least: the patches that the second convolution multiplies (3x3 of 32 filters on 3x3 places of 9 images).
        Assert.True(eight > 8L * 9 * 32 * 9 * 9 * sizeof(float), $"{eight} bytes");
        Assert.InRange((double)sixteen / eight, 1.5, 2.5);
    }
}
