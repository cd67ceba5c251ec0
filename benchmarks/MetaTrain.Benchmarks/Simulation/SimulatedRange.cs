using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>One range of the parameters, on a silo's machine, whose link and thread it shares: the product's <see cref="RangeAggregator"/>.</summary>
/// <param name="machine">Where it runs.</param>
/// <param name="range">Which values.</param>
/// <param name="aggregator">Adds up and steps.</param>
internal sealed class SimulatedRange(Machine machine, Aggregator range, RangeAggregator aggregator)
{
    public Machine Machine => machine;

    public int Start => range.Start;

    public int Length => range.Length;

    public RangeAggregator Aggregator => aggregator;

    /// <summary>Asks it something: the question travels, is answered in a turn of its machine, and the answer travels back.</summary>
    /// <param name="from">Who asks.</param>
    /// <param name="bytes">Of the question.</param>
    /// <param name="ask">Answers.</param>
    /// <param name="answerBytes">Of the answer.</param>
    /// <param name="answered">Gets it.</param>
    public void Ask<T>(Machine from, long bytes, Func<RangeAggregator, T> ask, Func<T, long> answerBytes, Action<T> answered) =>
        from.Send(machine, bytes, () => machine.Cpu.Run(() =>
        {
            T answer = ask(aggregator);
            machine.Cpu.AtEnd(() => machine.Send(from, answerBytes(answer), () => answered(answer)));
        }));
}
