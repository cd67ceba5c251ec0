using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Devices;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;

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

    private sealed class Nothing(int parameters) : IExperiment
    {
        public ImmutableArray<ParameterSlot> Parameters => [new ParameterSlot("w", [parameters], 0)];

        public EpisodeShape TrainingShape { get; } = new() { Ways = 0, Shots = 1, Queries = 1, Input = [1], Targets = 1 };

        public ComputePath Path => ComputePath.Fused;

        public ImmutableArray<string> TrainingMetrics => ["loss"];

        public string? DataNote => null;

        public bool HasInk => false;

        public bool HasPixelBaseline => false;

        public float[] InitialParameters() => new float[parameters];

        public IMetaOptimizer CreateOptimizer(int parameterCount) => new Adam(new AdamOptions { Iterations = 1_000_000, TasksPerIteration = 1 }, parameterCount);

        public EpisodeBlock Sample(BlockRequest request) => new(TrainingShape, request.Tasks);

        public BlockSums Compute(BlockRequest request, EpisodeBlock episodes, ReadOnlyMemory<float> parameters) =>
            new(request.Tasks, request.Evaluation is null ? GradientArrays.Rent(parameters.Length) : [], request.Evaluation is null ? [0.5] : [0, 0], null);

        public long? EstimateBlockBytes(int tasks) => null;

        public ImmutableArray<string> EvaluationMetrics(EvaluationSettings settings) => ["mse@1", "mse@1^2"];

        public string? Refuse(EvaluationSettings settings) => null;

        public Learning.Experiments.Demonstration Demonstrate(EvaluationSettings settings, int task, ReadOnlyMemory<float> parameters) =>
            throw new NotSupportedException("Nothing is measured here, so there is nothing to show.");

        public ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
            IReadOnlyList<ImageFileClass> classes, IReadOnlyList<ImageFile> queries, int count, ReadOnlyMemory<float> parameters) =>
            throw new NotSupportedException("Nothing is learned here, so there is nothing to find.");
    }
}
