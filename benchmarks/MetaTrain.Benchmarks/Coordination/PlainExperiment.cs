using System.Collections.Immutable;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.Experiments;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Benchmarks.Coordination;

/// <summary>An experiment without a model: one vector of parameters, which Adam steps, one number a task, and whatever a block is made to give.</summary>
/// <param name="parameterCount">P.</param>
/// <param name="clipNorm">To what norm the mean gradient is clipped; null for none.</param>
internal abstract class PlainExperiment(int parameterCount, double? clipNorm = null) : IExperiment
{
    public ImmutableArray<ParameterSlot> Parameters => [new ParameterSlot("w", [ParameterCount], 0)];

    public EpisodeShape TrainingShape { get; } = new() { Ways = 0, Shots = 1, Queries = 1, Input = [1], Targets = 1 };

    public ComputePath Path => ComputePath.Fused;

    public ImmutableArray<string> TrainingMetrics => ["loss"];

    public string? DataNote => null;

    public bool HasInk => false;

    public bool HasPixelBaseline => false;

    protected int ParameterCount => parameterCount;

    public abstract float[] InitialParameters();

    public IMetaOptimizer CreateOptimizer(int parameters) =>
        new Adam(new AdamOptions { Iterations = 1_000_000, TasksPerIteration = 1, ClipNorm = clipNorm }, parameters);

    public EpisodeBlock Sample(BlockRequest request) => new(TrainingShape, request.Tasks);

    public abstract BlockSums Compute(BlockRequest request, EpisodeBlock episodes, ReadOnlyMemory<float> parameters);

    public long? EstimateBlockBytes(int tasks) => null;

    public ImmutableArray<string> EvaluationMetrics(EvaluationSettings settings) => ["mse@1", "mse@1^2"];

    public string? Refuse(EvaluationSettings settings) => null;

    public Demonstration Demonstrate(EvaluationSettings settings, int task, ReadOnlyMemory<float> parameters) =>
        throw new NotSupportedException("There is no model here, so there is nothing to show.");

    public ImmutableArray<ImmutableArray<RetrievedClass>> Retrieve(
        IReadOnlyList<ImageFileClass> classes, IReadOnlyList<ImageFile> queries, int count, ReadOnlyMemory<float> parameters) =>
        throw new NotSupportedException("There is no model here, so there is nothing to find.");
}
