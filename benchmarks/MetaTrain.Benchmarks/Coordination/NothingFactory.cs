using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Benchmarks.Coordination;

/// <summary>Experiments that compute nothing: what is left of an iteration is the coordination of it.</summary>
/// <param name="parameters">P.</param>
internal sealed class NothingFactory(int parameters) : IExperimentFactory
{
    public Task<IExperiment> CreateAsync(string specJson, string? datasetSha256, ComputeDevice? device, CancellationToken cancellationToken) =>
        Task.FromResult<IExperiment>(new Nothing(parameters));

    public Task<string?> DatasetVersionAsync(JobSpec spec, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public JobPlan Plan(JobSpec spec, IExperiment experiment, string deviceClass) =>
        new(1, new BlockPartition(spec.Meta.TasksPerIteration, 1).Blocks, "nothing");

    private sealed class Nothing(int parameterCount) : PlainExperiment(parameterCount)
    {
        public override float[] InitialParameters() => new float[ParameterCount];

        public override BlockSums Compute(BlockRequest request, EpisodeBlock episodes, ReadOnlyMemory<float> parameters) =>
            new(request.Tasks, request.Evaluation is null ? GradientArrays.Rent(parameters.Length) : [], request.Evaluation is null ? [0.5] : [0, 0], null);
    }
}
