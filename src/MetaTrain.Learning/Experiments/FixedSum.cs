using MetaTrain.Learning.Blocks;

namespace MetaTrain.Learning.Experiments;

/// <summary>
/// Adds the sums of blocks along one fixed binary tree over block index, the same that the cluster uses: neighbours in pairs, level by level;
/// one without a right neighbour moves up as it is.
/// </summary>
internal static class FixedSum
{
    /// <summary>The sum of all; the blocks are used up.</summary>
    public static BlockSums Of(BlockSums[] blocks)
    {
        for (var width = blocks.Length; width > 1; width = (width + 1) / 2)
        {
            for (var pair = 0; pair < width / 2; pair++)
            {
                blocks[pair] = Add(blocks[2 * pair], blocks[(2 * pair) + 1]);
            }

            if (width % 2 == 1)
            {
                blocks[width / 2] = blocks[width - 1];
            }
        }

        return blocks[0];
    }

    private static BlockSums Add(BlockSums left, BlockSums right)
    {
        FlatArithmetic.Add(left.Gradient, right.Gradient);
        GradientArrays.Return(right.Gradient);
        for (var i = 0; i < left.Metrics.Length; i++)
        {
            left.Metrics[i] += right.Metrics[i];
        }

        return left with { Count = left.Count + right.Count, NonFiniteTask = left.NonFiniteTask ?? right.NonFiniteTask };
    }
}
