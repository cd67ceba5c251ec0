using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Benchmarks.Questions;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Benchmarks.Coordination;

/// <summary>The experiment of a workload, whatever the spec says: the same object that a contest measures without a cluster.</summary>
internal sealed class WorkloadFactory(Workload workload) : IExperimentFactory
{
    private readonly Lazy<IExperiment> _experiment = new(() => workload.Create(ComputePath.Fused));

    public Task<IExperiment> CreateAsync(string specJson, string? datasetSha256, ComputeDevice? device, CancellationToken cancellationToken) => Task.FromResult(_experiment.Value);

    public Task<string?> DatasetVersionAsync(JobSpec spec, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public JobPlan Plan(JobSpec spec, IExperiment experiment, string deviceClass) => new(
        workload.BlockSize, new BlockPartition(spec.Meta.TasksPerIteration, workload.BlockSize).Blocks, "fused");
}
