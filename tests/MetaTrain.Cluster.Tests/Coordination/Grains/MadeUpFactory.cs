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

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>Experiments of made-up mathematics: a task's gradient and error are fixed functions of the iteration, the task and the parameters.</summary>
/// <param name="parameterCount">P.</param>
internal sealed class MadeUpFactory(int parameterCount) : IExperimentFactory
{
    private const int BlockSize = 2;

    public Task<IExperiment> CreateAsync(string specJson, string? datasetSha256, ComputeDevice? device, CancellationToken cancellationToken) =>
        Task.FromResult<IExperiment>(new MadeUp(parameterCount));

    public Task<string?> DatasetVersionAsync(JobSpec spec, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    public JobPlan Plan(JobSpec spec, IExperiment experiment, string deviceClass) =>
        new(BlockSize, new BlockPartition(spec.Meta.TasksPerIteration, BlockSize).Blocks, "made up");

    private sealed class MadeUp(int parameterCount) : IExperiment
    {
        public ImmutableArray<ParameterSlot> Parameters => [new ParameterSlot("w", [parameterCount], 0)];

        public EpisodeShape TrainingShape { get; } = new() { Ways = 0, Shots = 1, Queries = 1, Input = [1], Targets = 1 };

        public ComputePath Path => ComputePath.Fused;

        public ImmutableArray<string> TrainingMetrics => ["loss"];

        public string? DataNote => null;

        public bool HasInk => false;

        public bool HasPixelBaseline => false;

        public float[] InitialParameters() => [.. Enumerable.Range(1, parameterCount).Select(static i => (float)(1 + (i % 5)))];

        public IMetaOptimizer CreateOptimizer(int parameters) => new Adam(new AdamOptions { Iterations = 1_000, TasksPerIteration = 1 }, parameters);

        public EpisodeBlock Sample(BlockRequest request) => new(TrainingShape, request.Tasks);

        public BlockSums Compute(BlockRequest request, EpisodeBlock episodes, ReadOnlyMemory<float> parameters)
        {
            float[] gradient = new float[request.Evaluation is null ? parameterCount : 0];
            (double error, double square) = (0, 0);
            for (int task = request.FirstTask; task < request.FirstTask + request.Tasks; task++)
            {
                // Of very different sizes, so that the order of their addition shows.
                float weight = MathF.ScaleB(1f + (task % 3), (task * 7 % 11) - 5);
                for (int i = 0; i < gradient.Length; i++)
                {
                    gradient[i] += parameters.Span[i] * weight / (request.Iteration + 3);
                }

                double own = parameters.Span[task % parameterCount] * weight;
                (error, square) = (error + own, square + (own * own));
            }

            return new BlockSums(request.Tasks, gradient, request.Evaluation is null ? [error] : [error, square], null);
        }

        public long? EstimateBlockBytes(int tasks) => null;

        public ImmutableArray<string> EvaluationMetrics(EvaluationSettings settings) => ["mse@1", "mse@1^2"];

        public string? Refuse(EvaluationSettings settings) => null;

        public Learning.Experiments.Demonstration Demonstrate(EvaluationSettings settings, int task, ReadOnlyMemory<float> parameters) =>
            throw new NotSupportedException("Made-up mathematics has nothing to show.");

        public ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
            IReadOnlyList<ImageFileClass> classes, IReadOnlyList<ImageFile> queries, int count, ReadOnlyMemory<float> parameters) =>
            throw new NotSupportedException("Made-up mathematics has nothing to find.");
    }
}
