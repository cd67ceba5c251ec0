using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Benchmarks.Simulation;

/// <summary>A remedy that the product does not have: adds up, and steps, one range of the parameters, along the same tree.</summary>
/// <param name="machine">Where it runs.</param>
/// <param name="range">Its parameters.</param>
/// <param name="trajectory">Of that range.</param>
/// <param name="aggregation">Steps on it.</param>
/// <param name="blocks">The leaves of a round's tree.</param>
internal sealed class Aggregator(Machine machine, Range range, Trajectory trajectory, WholeAggregation aggregation, int blocks)
{
    private SummationTree _tree = new(blocks);

    public Machine Machine => machine;

    public Range Range => range;

    /// <summary>The newest version of its range.</summary>
    public ReadOnlySpan<float> Parameters => trajectory.Parameters;

    public long Bytes => sizeof(float) * (long)trajectory.Parameters.Length;

    /// <summary>Takes its range of a sum.</summary>
    /// <param name="result">The whole sum.</param>
    /// <param name="stepped">What happens when there is another version.</param>
    public void Take(NodeResult result, Action stepped)
    {
        FloatVector slice = new(result.Gradient.Span[range].ToArray());
        machine.Cpu.Run(() =>
        {
            _tree.Add(result.Node, new BlockSum(result.Count, slice, result.Metrics));
            if (_tree.Root is not { } sum)
            {
                return;
            }

            trajectory.Stepped(aggregation.NextParameters(sum, trajectory.Parameters, trajectory.Iteration), sum, TimeSpan.Zero);
            _tree = new SummationTree(blocks);
            machine.Cpu.AtEnd(stepped);
        });
    }
}
