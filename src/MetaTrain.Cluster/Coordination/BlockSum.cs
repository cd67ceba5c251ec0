using System.Numerics;
using System.Runtime.InteropServices;
using MetaTrain.Abstractions.Messages;

namespace MetaTrain.Cluster.Coordination;

/// <summary>The sums of a tree node: how many tasks, their summed meta-gradient [P] (empty for an evaluation), their summed metrics.</summary>
internal sealed record BlockSum(int Count, FloatVector Gradient, double[] Metrics)
{
    /// <summary>
    /// The sum of two, this one's blocks first. Both are used up: the sum lies where this one's gradient lay, because a round adds up too many
    /// large arrays to take new memory for each.
    /// </summary>
    public BlockSum Plus(BlockSum right)
    {
        if (Gradient.Length != right.Gradient.Length || Metrics.Length != right.Metrics.Length)
        {
            throw new ArgumentException(
                $"Sums of {Gradient.Length} and {right.Gradient.Length} values ({Metrics.Length} and {right.Metrics.Length} metrics) cannot be added: workers disagree about the job.");
        }

        Add(Gradient.Span, right.Gradient.Span, MemoryMarshal.AsMemory(Gradient.Memory).Span);
        double[] metrics = new double[Metrics.Length];
        for (int i = 0; i < metrics.Length; i++)
        {
            metrics[i] = Metrics[i] + right.Metrics[i];
        }

        return new BlockSum(Count + right.Count, Gradient, metrics);
    }

    // Element by element: the width of a vector changes nothing in the bits.
    private static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> sum)
    {
        ReadOnlySpan<Vector<float>> wideLeft = MemoryMarshal.Cast<float, Vector<float>>(left);
        ReadOnlySpan<Vector<float>> wideRight = MemoryMarshal.Cast<float, Vector<float>>(right);
        Span<Vector<float>> wideSum = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (int i = 0; i < wideSum.Length; i++)
        {
            wideSum[i] = wideLeft[i] + wideRight[i];
        }

        for (int i = wideSum.Length * Vector<float>.Count; i < sum.Length; i++)
        {
            sum[i] = left[i] + right[i];
        }
    }
}
