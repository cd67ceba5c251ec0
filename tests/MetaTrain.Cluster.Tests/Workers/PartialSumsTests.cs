using CsCheck;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Workers;

namespace MetaTrain.Cluster.Tests.Workers;

public sealed class PartialSumsTests
{
    private static readonly RoundId Round = new(RoundKind.Training, 3);

    [Fact]
    public void Add_GivesTheTreesBits_WhateverBlocksTheSiloHasAndInWhichOrderTheyCome() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[0, int.MaxValue]).Sample((blocks, seed) =>
        {
            Random random = new(seed);
            int[] order = [.. Enumerable.Range(0, blocks).OrderBy(_ => random.Next())];
            SummationTree whole = new(blocks);
            SummationTree through = new(blocks);
            PartialSums[] silos = [new(blocks), new(blocks)];
            foreach (int block in order)
            {
                whole.Add(new TreeNode(0, block), SumOf(Leaf(block)));
                silos[block % 3 == 0 ? 0 : 1].Leased(block);
            }

            foreach (int block in order)
            {
                PartialSums silo = silos[block % 3 == 0 ? 0 : 1];
                silo.Add(Leaf(block));
                foreach (NodeResult ready in silo.TakeReady(force: random.Next(4) == 0))
                {
                    through.Add(ready.Node, SumOf(ready));
                }
            }

            Assert.All(silos, silo => Assert.True(silo.IsEmpty));
            Assert.Equal(whole.Root!.Gradient.Span.ToArray(), through.Root!.Gradient.Span.ToArray());
            Assert.Equal(whole.Root.Count, through.Root.Count);
        });

    [Fact]
    public void TakeReady_HoldsASum_WhileItsSiblingIsOutOnTheSilo()
    {
        PartialSums sums = new(4);
        sums.Leased(0);
        sums.Leased(1);
        sums.Leased(3);

        sums.Add(Leaf(0));
        Assert.Empty(sums.TakeReady(force: false));
        sums.Add(Leaf(1));
        Assert.Empty(sums.TakeReady(force: false));
        sums.Released(3);

        NodeResult ready = Assert.Single(sums.TakeReady(force: false));
        Assert.Equal(new TreeNode(1, 0), ready.Node);
        Assert.Equal(["worker 0", "worker 1"], ready.Workers);
        Assert.True(sums.IsEmpty);
    }

    [Fact]
    public void Add_NamesTheWorkersInTheOrderOfTheirBlocks()
    {
        PartialSums sums = new(3);
        sums.Leased(2);
        sums.Leased(1);
        sums.Leased(0);
        sums.Add(Leaf(2));
        sums.Add(Leaf(1));
        sums.Add(Leaf(0));

        NodeResult root = Assert.Single(sums.TakeReady(force: false));

        Assert.Equal(new TreeNode(2, 0), root.Node);
        Assert.Equal(["worker 0", "worker 1", "worker 2"], root.Workers);
    }

    [Fact]
    public void Add_TakesSumsOfSeveralBlocks_AndHoldsThemForTheirSiblings()
    {
        PartialSums below = new(6);
        PartialSums above = new(6);
        for (int block = 0; block < 6; block++)
        {
            above.Leased(block);
        }

        below.Leased(2);
        below.Leased(3);
        below.Add(Leaf(2));
        below.Add(Leaf(3));
        above.Add(Assert.Single(below.TakeReady(force: false)));
        above.Add(Leaf(4));
        above.Add(Leaf(5));
        Assert.Empty(above.TakeReady(force: false));

        above.Add(Leaf(1));
        Assert.Empty(above.TakeReady(force: false));
        above.Add(Leaf(0));

        NodeResult root = Assert.Single(above.TakeReady(force: false));
        Assert.Equal(6, root.Count);
        Assert.True(above.IsEmpty);
    }

    private static BlockSum SumOf(NodeResult result) => new(result.Count, result.Gradient, result.Metrics);

    private static NodeResult Leaf(int block) => new()
    {
        Epoch = 1,
        Round = Round,
        Node = new TreeNode(0, block),
        Count = 1,
        Gradient = new FloatVector([MathF.ScaleB(1 + (block % 7), (block * 5 % 23) - 11), 0.1f * block]),
        Metrics = [block],
        Workers = [$"worker {block}"],
    };
}
