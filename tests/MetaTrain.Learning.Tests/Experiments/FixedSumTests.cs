using CsCheck;
using MetaTrain.Learning.Experiments;

namespace MetaTrain.Learning.Tests.Experiments;

public sealed class FixedSumTests
{
    [Fact]
    public void Of_AddsAlongTheTree_WhateverTheNumberOfBlocks() => Gen.Single[-1, 1].Array[1, 40].Sample(values =>
    {
        var sum = FixedSum.Of([.. values.Select(value => new BlockSums(1, [value], [value], null))]);

        return sum.Gradient[0] == Tree(values) && sum.Count == values.Length;
    });

    // node (l, i) = node (l - 1, 2i) + node (l - 1, 2i + 1), or node (l - 1, 2i) alone.
    private static float Tree(ReadOnlySpan<float> values)
    {
        if (values.Length == 1)
        {
            return values[0];
        }

        var half = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)values.Length) / 2;
        return Tree(values[..half]) + Tree(values[half..]);
    }
}
