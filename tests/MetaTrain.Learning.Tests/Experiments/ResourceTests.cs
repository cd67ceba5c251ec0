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
}
