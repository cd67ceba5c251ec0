using System.Collections.Immutable;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>The coordinator itself adds up and steps: what small models and few silos want.</summary>
/// <param name="optimizer">Of all parameters, as it was after the newest version's step.</param>
internal sealed class WholeAggregation(IMetaOptimizer optimizer) : IAggregation
{
    /// <inheritdoc/>
    public ImmutableArray<Aggregator> Aggregators => [];

    /// <summary>The parameters after a step on the mean of a whole round's meta-gradients.</summary>
    /// <param name="sum">The round's sum, which is used up.</param>
    /// <param name="parameters">[P], not changed.</param>
    /// <param name="iteration">The meta-iteration, from 0.</param>
    public float[] NextParameters(BlockSum sum, ReadOnlySpan<float> parameters, long iteration)
    {
        float[] gradient = sum.Gradient.Take();
        FlatArithmetic.Divide(gradient, sum.Count);
        float[] next = parameters.ToArray();
        optimizer.Step(next, gradient, iteration);
        GradientArrays.Return(gradient);
        return next;
    }

    /// <inheritdoc/>
    public Task<float[]> NextParametersAsync(JobSession session)
    {
        (BlockSum sum, float[] parameters, long iteration) = (session.StepSum, session.Trajectory.Parameters, session.Trajectory.Iteration);
        return Task.Run(() => NextParameters(sum, parameters, iteration));
    }

    /// <inheritdoc/>
    public Task<OptimizerState> CaptureAsync() => Task.FromResult(Capture());

    /// <summary>A copy of what the optimizer remembers.</summary>
    public OptimizerState Capture() => new(Task.FromResult<IReadOnlyDictionary<string, float[]>>(
        optimizer.State.ToDictionary(static vector => vector.Key, static vector => (float[])vector.Value.Clone(), StringComparer.Ordinal)));

    /// <inheritdoc/>
    public void Close()
    {
        // Nothing is anywhere else.
    }
}
