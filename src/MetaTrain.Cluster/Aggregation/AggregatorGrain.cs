using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Learning.MetaOptimizers;
using Orleans.Concurrency;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>One range of a job's parameters on one silo: fetches, asks its <see cref="RangeAggregator"/>, and replies.</summary>
[SiloPinnedPlacement, Reentrant, CollectionAgeLimit(Hours = 6)]
internal sealed class AggregatorGrain(ExperimentCache experiments, TransferClient transfers) : Grain, IAggregatorGrain
{
    private RangeAggregator? _range;
    private JobId _job;

    private RangeAggregator Range => _range ?? throw Closed();

    public async Task OpenAsync(RangeState state)
    {
        IMetaOptimizer optimizer = (await experiments.GetAsync(state.Job)).CreateOptimizer(state.Parameters.Length);
        Dictionary<string, float[]> remembered = new(StringComparer.Ordinal);
        foreach ((string name, FloatVector values) in state.Optimizer)
        {
            remembered[name] = await transfers.CopyAsync(values);
        }

        optimizer.Restore(remembered);
        float[] parameters = await transfers.CopyAsync(state.Parameters);
        (_job, _range) = (state.Job, new RangeAggregator(optimizer, parameters, state.Version));
    }

    public async Task TakeAsync(ImmutableArray<NodePart> parts)
    {
        RangeAggregator range = Range;
        await Task.WhenAll(parts.Where(part => range.Wants(part.Round, part.Node)).Select(async part =>
            range.Take(part.Round, part.Node, await transfers.CopyAsync(part.Values))));
    }

    public Task<RangeAdded> AddAsync(RangeSums sums)
    {
        RangeAggregator range = Range;
        return Task.Run(() => range.Add(sums));
    }

    public Task<FloatVector> StepAsync(RangeStep step)
    {
        RangeAggregator range = Range;
        return Task.Run(() => range.Step(step));
    }

    public Task<FloatVector?> ReadAsync(long version) => Task.FromResult(_range?.Read(version));

    public Task<RangeState> CaptureAsync()
    {
        RangeAggregator range = Range;
        return Task.Run(() => range.Capture(_job));
    }

    public Task CloseAsync()
    {
        _range = null;
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    // An activation that nobody opened has nothing to stay for.
    private AggregatorClosedException Closed()
    {
        DeactivateOnIdle();
        return new AggregatorClosedException($"The aggregator {this.GetPrimaryKeyString()} has no range of parameters: its coordinator was replaced, or its silo started again.");
    }
}
