using MetaTrain.Abstractions.Messages;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Cluster.Coordination;

/// <summary>The sums of a tree node: how many tasks, their summed meta-gradient [P] (empty for an evaluation), their summed metrics.</summary>
internal sealed record BlockSum(int Count, FloatVector Gradient, double[] Metrics)
{
    /// <summary>
    /// The sum of two, this one's blocks first. Both are used up: the sum lies where this one's gradient lay, and the array of the other one
    /// is free for another block's, because a round adds up too many large arrays to take new memory for each.
    /// </summary>
    public BlockSum Plus(BlockSum right)
    {
        if (Gradient.Length != right.Gradient.Length || Metrics.Length != right.Metrics.Length)
        {
            throw new ArgumentException(
                $"Sums of {Gradient.Length} and {right.Gradient.Length} values ({Metrics.Length} and {right.Metrics.Length} metrics) cannot be added: workers disagree about the job.");
        }

        float[] sum = Gradient.Take();
        float[] other = right.Gradient.Take();
        FlatArithmetic.Add(sum, other);
        GradientArrays.Return(other);
        double[] metrics = new double[Metrics.Length];
        for (int i = 0; i < metrics.Length; i++)
        {
            metrics[i] = Metrics[i] + right.Metrics[i];
        }

        return new BlockSum(Count + right.Count, new FloatVector(sum), metrics);
    }
}
