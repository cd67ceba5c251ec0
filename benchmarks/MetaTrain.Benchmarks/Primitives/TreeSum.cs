using BenchmarkDotNet.Attributes;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Workers;
using MetaTrain.Learning.Blocks;

namespace MetaTrain.Benchmarks.Primitives;

/// <summary>A round's gradients, all there, added up along the fixed tree: by the coordinator, and by a silo that computed the whole round.</summary>
public class TreeSum
{
    private const int Values = 112_500;

    /// <summary>Leaves of the tree.</summary>
    [Params(8, 64)]
    public int Blocks { get; set; }

    /// <summary>Makes the arrays that an earlier round would have left. Negative zeros stay what they are, however often they are added.</summary>
    [GlobalSetup]
    public void Setup()
    {
        for (int block = 0; block < Blocks; block++)
        {
            float[] gradient = new float[Values];
            Array.Fill(gradient, -0f);
            GradientArrays.Return(gradient);
        }
    }

    /// <summary>The coordinator's tree.</summary>
    [Benchmark(Description = "coordinator adds up 450 KB each")]
    public int Coordinator()
    {
        FloatVector[] gradients = Gradients();
        SummationTree tree = new(Blocks);
        for (int block = 0; block < Blocks; block++)
        {
            tree.Add(new TreeNode(0, block), new BlockSum(1, gradients[block], [0.5]));
        }

        BlockSum sum = tree.Root!;
        GradientArrays.Return(sum.Gradient.Take());
        return sum.Count;
    }

    /// <summary>A silo's partial sums.</summary>
    [Benchmark(Description = "silo adds up 450 KB each")]
    public int Silo()
    {
        FloatVector[] gradients = Gradients();
        PartialSums sums = new(Blocks);
        for (int block = 0; block < Blocks; block++)
        {
            sums.Leased(block);
        }

        for (int block = 0; block < Blocks; block++)
        {
            sums.Add(new NodeResult
            {
                Epoch = 1,
                Round = new RoundId(RoundKind.Training, 0),
                Node = new TreeNode(0, block),
                Count = 1,
                Gradient = gradients[block],
                Metrics = [0.5],
                Workers = ["worker"],
            });
        }

        NodeResult sum = sums.TakeReady(force: false).Single();
        GradientArrays.Return(sum.Gradient.Take());
        return sum.Count;
    }

    private FloatVector[] Gradients() => [.. Enumerable.Range(0, Blocks).Select(static _ => new FloatVector(GradientArrays.RentUncleared(Values)))];
}
