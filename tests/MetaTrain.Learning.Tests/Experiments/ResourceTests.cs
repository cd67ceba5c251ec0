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
    [InlineData("""{ "kind": "maml", "innerSteps": 2 }""")]
    [InlineData("""{ "kind": "maml", "order": "first" }""")]
    [InlineData("""{ "kind": "anil" }""")]
    [InlineData("""{ "kind": "reptile" }""")]
    [InlineData("""{ "kind": "meta-sgd" }""")]
    [InlineData("""{ "kind": "proto-net" }""")]
    public void Compute_LeavesNoTensorBehind_InTwoThousandIterations(string algorithm)
    {
        var experiment = Experiment.Create(
            Specs.Of(algorithm, """{ "kind": "conv4", "filters": 2 }"""), new BlobSource(2, 1, 1, 0.5f, 1, 6, 6));
        var trainer = new MetaTrainer(experiment, tasksPerIteration: 2);

        trainer.Train(200, cancellationToken: TestContext.Current.CancellationToken);
        var (early, earlyOnThread) = (torch.Tensor.TotalCount, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        trainer.Train(1800, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(early, torch.Tensor.TotalCount);
        Assert.Equal(earlyOnThread, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
