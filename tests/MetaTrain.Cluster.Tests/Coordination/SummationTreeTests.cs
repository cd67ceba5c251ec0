using CsCheck;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class SummationTreeTests
{
    // Values of very different size: any other order of additions gives other bits.
    private static readonly Gen<float[]> Leaves = Gen.Float[-1f, 1f].Select(Gen.Int[-20, 20], static (value, power) => value * MathF.Pow(2, power)).Array[1, 40];

    [Fact]
    public void Root_HasTheSameBits_WhateverTheOrderOfArrival() => Gen.Select(Leaves, Gen.Int).Sample(static (leaves, seed) =>
    {
        int[] order = [.. Enumerable.Range(0, leaves.Length)];
        new Random(seed).Shuffle(order);

        BlockSum inOrder = Sum(leaves, [.. Enumerable.Range(0, leaves.Length)]);
        BlockSum shuffled = Sum(leaves, order);

        Assert.Equal(BitConverter.SingleToInt32Bits(inOrder.Gradient.Span[0]), BitConverter.SingleToInt32Bits(shuffled.Gradient.Span[0]));
        Assert.Equal(leaves.Length, shuffled.Count);
        Assert.Equal(BitConverter.DoubleToInt64Bits(inOrder.Metrics[0]), BitConverter.DoubleToInt64Bits(shuffled.Metrics[0]));
    });

    [Fact]
    public void Root_HasTheSameBits_WhenASubtreeArrivesSummed()
    {
        float[] leaves = [1e8f, 1f, -1e8f, 3f, 0.1f, 7e-3f, 5f];
        BlockSum left = Sum(leaves[..4], [0, 1, 2, 3]);
        SummationTree tree = new(leaves.Length);
        tree.Add(new TreeNode(0, 6), Leaf(leaves[6]));
        tree.Add(new TreeNode(2, 0), left);
        tree.Add(new TreeNode(0, 4), Leaf(leaves[4]));
        Assert.Null(tree.Root);
        tree.Add(new TreeNode(0, 5), Leaf(leaves[5]));

        Assert.Equal(Sum(leaves, [0, 1, 2, 3, 4, 5, 6]).Gradient.Span[0], tree.Root!.Gradient.Span[0]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Add_FollowsTheTree_ForAnyCount(int count)
    {
        float[] leaves = [.. Enumerable.Range(0, count).Select(static i => 1f / (3 + i))];

        Assert.Equal(Recursive(leaves), Sum(leaves, [.. Enumerable.Range(0, count)]).Gradient.Span[0]);
    }

    [Fact]
    public void Add_SumsEveryElement_WhenTheLengthIsNoMultipleOfAVector()
    {
        float[] left = [.. Enumerable.Range(0, 37).Select(static i => (float)i)];
        float[] right = [.. Enumerable.Range(0, 37).Select(static i => 100f + i)];
        SummationTree tree = new(2);
        tree.Add(new TreeNode(0, 0), new BlockSum(1, new FloatVector(left), []));
        tree.Add(new TreeNode(0, 1), new BlockSum(1, new FloatVector(right), []));

        Assert.Equal(Enumerable.Range(0, 37).Select(static i => 100f + (2 * i)), tree.Root!.Gradient.Span.ToArray());
    }

    [Fact]
    public void Add_Refuses_WhenANodeIsOutsideTheTree()
    {
        SummationTree tree = new(6);

        Assert.False(tree.Contains(new TreeNode(1, 3)));
        Assert.True(tree.Contains(new TreeNode(1, 2)));
        Assert.Throws<ArgumentOutOfRangeException>(() => tree.Add(new TreeNode(0, 6), Leaf(1)));
    }

    [Fact]
    public void Add_Refuses_WhenWorkersDisagreeAboutTheSize()
    {
        SummationTree tree = new(2);
        tree.Add(new TreeNode(0, 0), new BlockSum(1, new FloatVector(new float[3]), []));

        Assert.Throws<ArgumentException>(() => tree.Add(new TreeNode(0, 1), new BlockSum(1, new FloatVector(new float[4]), [])));
    }

    private static BlockSum Sum(float[] leaves, int[] order)
    {
        SummationTree tree = new(leaves.Length);
        foreach (int leaf in order)
        {
            Assert.Null(tree.Root);
            tree.Add(new TreeNode(0, leaf), Leaf(leaves[leaf]));
        }

        return tree.Root!;
    }

    private static BlockSum Leaf(float value) => new(1, new FloatVector([value]), [value]);

    private static float Recursive(float[] level)
    {
        while (level.Length > 1)
        {
            level = [.. level.Chunk(2).Select(static pair => pair.Length == 2 ? pair[0] + pair[1] : pair[0])];
        }

        return level[0];
    }
}
