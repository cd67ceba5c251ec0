using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Transfers;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>
/// Adding up and stepping cut into ranges of parameters, each on a silo of its own: a star moves every silo's vectors through one link, S
/// ranges through S. Which sums count, when to step and when to commit stays with the coordinator, which gets one copy of each version.
/// </summary>
internal sealed class RangedAggregation : IAggregation
{
    private readonly IGrainFactory _grains;
    private readonly TransferClient _transfers;
    private readonly int _parameters;

    private RangedAggregation(IGrainFactory grains, TransferClient transfers, ImmutableArray<Aggregator> aggregators)
    {
        (_grains, _transfers, Aggregators) = (grains, transfers, aggregators);
        _parameters = aggregators[^1].Start + aggregators[^1].Length;
    }

    /// <inheritdoc/>
    public ImmutableArray<Aggregator> Aggregators { get; }

    /// <summary>Gives each aggregator its range.</summary>
    /// <param name="grains">Finds them.</param>
    /// <param name="transfers">Fetches from them.</param>
    /// <param name="job">Whose parameters.</param>
    /// <param name="aggregators">Who gets which range.</param>
    /// <param name="trajectory">The version to begin with.</param>
    /// <param name="optimizer">What the optimizer remembers of it, each [P], by name.</param>
    /// <exception cref="AggregatorLostException">One of them does not answer.</exception>
    public static async Task<RangedAggregation> OpenAsync(
        IGrainFactory grains,
        TransferClient transfers,
        JobId job,
        ImmutableArray<Aggregator> aggregators,
        Trajectory trajectory,
        IReadOnlyDictionary<string, float[]> optimizer)
    {
        RangedAggregation aggregation = new(grains, transfers, aggregators);
        await aggregation.AskAllAsync(async (grain, range) =>
        {
            await grain.OpenAsync(new RangeState
            {
                Job = job,
                Version = trajectory.Iteration,
                Parameters = Part(trajectory.Parameters, range),
                Optimizer = optimizer.ToImmutableSortedDictionary(
                    static vector => vector.Key, vector => Part(vector.Value, range), StringComparer.Ordinal),
            });
            return true;
        });
        return aggregation;
    }

    /// <inheritdoc/>
    public async Task<float[]> NextParametersAsync(JobSession session)
    {
        RangeSums sums = session.StepSums;
        float[] next = GC.AllocateUninitializedArray<float>(_parameters);
        RangeAdded[] added = await AskAllAsync(async (grain, range) =>
        {
            RangeAdded added = await grain.AddAsync(sums);
            if (added.Next is { } values)
            {
                await _transfers.CopyAsync(values, next.AsMemory(range.Start, range.Length));
            }

            return added;
        });
        if (added.Any(static range => range.Next is null))
        {
            // The norm is clipped, which takes all ranges.
            RangeStep step = new() { SquareSums = [.. added.SelectMany(static range => range.SquareSums)], Needed = sums.Needed };
            await AskAllAsync(async (grain, range) =>
            {
                await _transfers.CopyAsync(await grain.StepAsync(step), next.AsMemory(range.Start, range.Length));
                return true;
            });
        }

        return next;
    }

    /// <inheritdoc/>
    public async Task<OptimizerState> CaptureAsync()
    {
        // The ranges are copied now and fetched while training goes on.
        RangeState[] states = await AskAllAsync(static (grain, _) => grain.CaptureAsync());
        return new OptimizerState(BringAsync(states));
    }

    /// <inheritdoc/>
    public void Close()
    {
        foreach (Aggregator range in Aggregators)
        {
            // Whoever does not hear of it is gone, or goes when nobody asks it for long.
            _grains.GetGrain<IAggregatorGrain>(range.Key).CloseAsync().Ignore();
        }
    }

    private static FloatVector Part(float[] values, Aggregator range) => new(new FloatVector(values), range.Start, range.Length);

    private async Task<IReadOnlyDictionary<string, float[]>> BringAsync(RangeState[] states)
    {
        Dictionary<string, float[]> vectors = states[0].Optimizer.Keys.ToDictionary(
            static name => name, _ => GC.AllocateUninitializedArray<float>(_parameters), StringComparer.Ordinal);
        await Task.WhenAll(Aggregators.Zip(states).Select(async each =>
        {
            (Aggregator range, RangeState state) = each;
            try
            {
                foreach ((string name, FloatVector values) in state.Optimizer)
                {
                    await _transfers.CopyAsync(values, vectors[name].AsMemory(range.Start, range.Length));
                }
            }
            catch (IOException e)
            {
                throw new AggregatorLostException(NameOf(range), e);
            }
        }));
        return vectors;
    }

    private Task<T[]> AskAllAsync<T>(Func<IAggregatorGrain, Aggregator, Task<T>> ask) => Task.WhenAll(Aggregators.Select(async range =>
    {
        try
        {
            return await ask(_grains.GetGrain<IAggregatorGrain>(range.Key), range);
        }
        catch (Exception e) when (e is OrleansException or AggregatorClosedException or TimeoutException or IOException)
        {
            throw new AggregatorLostException(NameOf(range), e);
        }
    }));

    private static string NameOf(Aggregator range) => WorkerKey.Parse(range.Key).Silo.ToString();
}
