using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Learning.Blocks;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// What the grain of an aggregator does around its <see cref="RangeAggregator"/>, in turns of its machine: there the adding and the step
/// are charged to the thread that the turns of its silo have too.
/// </summary>
/// <param name="machine">That of its silo.</param>
/// <param name="newOptimizer">The job's, for so many parameters.</param>
internal sealed class SimulatedAggregator(Machine machine, Func<int, IMetaOptimizer> newOptimizer)
{
    private RangeAggregator? _range;
    private JobId _job;

    public Machine Machine => machine;

    public CoordinatorCosts Costs { get; } = new();

    private RangeAggregator Range => _range ?? throw new InvalidOperationException("A simulated aggregator was asked before it was opened.");

    public async Task<bool> OpenAsync(Machine from, RangeState state)
    {
        IMetaOptimizer optimizer = newOptimizer(state.Parameters.Length);
        Dictionary<string, float[]> remembered = new(StringComparer.Ordinal);
        foreach ((string name, FloatVector values) in state.Optimizer)
        {
            remembered[name] = await CopyAsync(from, values);
        }

        optimizer.Restore(remembered);
        (_job, _range) = (state.Job, new RangeAggregator(optimizer, await CopyAsync(from, state.Parameters), state.Version));
        return true;
    }

    public async Task<bool> TakeAsync(Machine from, ImmutableArray<NodePart> parts)
    {
        await Task.WhenAll(parts.Where(part => Range.Wants(part.Round, part.Node)).Select(async part =>
        {
            float[] values = await CopyAsync(from, part.Values);
            Costs.Result(() => Range.Take(part.Round, part.Node, values));
        }));
        return true;
    }

    public RangeAdded Add(RangeSums sums)
    {
        RangeAdded? added = null;
        Costs.Step(() => added = Range.Add(sums));
        return added!;
    }

    public FloatVector Step(RangeStep step)
    {
        FloatVector next = FloatVector.Empty;
        Costs.Step(() => next = Range.Step(step));
        return next;
    }

    public FloatVector? Read(long version) => Range.Read(version);

    public RangeState Capture() => Range.Capture(_job);

    // What is fetched comes as the kernel brings it, which the transfer's cost has in it; the rest is copied in the turn.
    private async Task<float[]> CopyAsync(Machine from, FloatVector vector)
    {
        Task fetched = machine.FetchAsync(from, vector);
        bool isHere = fetched.IsCompleted;
        await fetched;
        float[] values = GradientArrays.RentUncleared(vector.Length);
        vector.Span.CopyTo(values);
        if (!isHere)
        {
            await machine.Cpu.TurnAsync();
        }

        return values;
    }
}
