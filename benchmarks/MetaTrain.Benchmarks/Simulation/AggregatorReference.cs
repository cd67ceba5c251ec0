using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>An aggregator as a machine calls it. Vectors that come as tickets are fetched before the answer is given: whoever asked would do nothing else.</summary>
/// <param name="caller">The machine that calls.</param>
/// <param name="aggregator">Whom.</param>
internal sealed class AggregatorReference(Machine caller, SimulatedAggregator aggregator) : IAggregatorGrain
{
    private Machine Machine => aggregator.Machine;

    public Task OpenAsync(RangeState state) =>
        caller.CallAsync(Machine, WireSize.Of(state), () => aggregator.OpenAsync(caller, state), static _ => WireSize.Envelope);

    public Task TakeAsync(ImmutableArray<NodePart> parts) =>
        caller.CallAsync(Machine, WireSize.Of(parts), () => aggregator.TakeAsync(caller, parts), static _ => WireSize.Envelope);

    public async Task<RangeAdded> AddAsync(RangeSums sums)
    {
        RangeAdded added = await caller.CallAsync(Machine, WireSize.Of(sums), () => Task.FromResult(aggregator.Add(sums)), WireSize.Of);
        await caller.FetchAsync(Machine, added.Next ?? FloatVector.Empty);
        return added;
    }

    public async Task<FloatVector> StepAsync(RangeStep step)
    {
        FloatVector next = await caller.CallAsync(
            Machine, WireSize.Of(step.SquareSums), () => Task.FromResult(aggregator.Step(step)), WireSize.Of);
        await caller.FetchAsync(Machine, next);
        return next;
    }

    public async Task<FloatVector?> ReadAsync(long version)
    {
        FloatVector? range = await caller.CallAsync(
            Machine, WireSize.Envelope, () => Task.FromResult(aggregator.Read(version)), static read => read is null ? WireSize.Envelope : WireSize.Of(read));
        await caller.FetchAsync(Machine, range ?? FloatVector.Empty);
        return range;
    }

    public async Task<RangeState> CaptureAsync()
    {
        RangeState state = await caller.CallAsync(Machine, WireSize.Envelope, () => Task.FromResult(aggregator.Capture()), WireSize.Of);

        // The coordinator fetches them while training goes on: its code has them at once, and their bytes travel behind.
        foreach (FloatVector remembered in state.Optimizer.Values)
        {
            _ = caller.FetchAsync(Machine, remembered);
        }

        await caller.Cpu.EndAsync();
        return state;
    }

    public Task CloseAsync() => throw new NotSupportedException("A simulated job ends with its cluster.");
}
