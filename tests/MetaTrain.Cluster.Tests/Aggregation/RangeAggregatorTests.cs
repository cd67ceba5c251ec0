using System.Collections.Immutable;
using CsCheck;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Aggregation;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Learning.MetaOptimizers;

namespace MetaTrain.Cluster.Tests.Aggregation;

public sealed class RangeAggregatorTests
{
    private const int Blocks = 7;
    private const int Parameters = (2 * GradientClipping.PieceLength) + 100;
    private static readonly JobId Job = new("job");

    // A cut of 7 blocks into nodes of the tree, as silos that hold neighbours deliver them.
    private static readonly TreeNode[] Nodes = [new(1, 0), new(0, 2), new(0, 3), new(1, 2), new(0, 6)];

    private static readonly TreeNode[] EveryNode =
        [.. Enumerable.Range(0, 4).SelectMany(static level => Enumerable.Range(0, 8 >> level).Select(index => new TreeNode(level, index))).Where(new SummationTree(Blocks).Contains)];

    [Theory]
    [InlineData(1, null)]
    [InlineData(2, null)]
    [InlineData(3, null)]
    [InlineData(2, 0.5)]
    [InlineData(3, 0.5)]
    public void Parameters_HaveTheBitsOfTheWhole_HoweverTheyAreCut(int ranges, double? clipNorm)
    {
        float[] expected = new float[Parameters];
        WholeAggregation whole = new(Optimizer(Parameters, clipNorm));
        Cut cut = new(ranges, clipNorm);

        for (long iteration = 0; iteration < 4; iteration++)
        {
            SummationTree tree = new(Blocks);
            foreach (TreeNode node in Nodes)
            {
                tree.Add(node, new BlockSum(2, new FloatVector(Gradient(iteration, node)), []));
                cut.Take(iteration, node);
            }

            expected = whole.NextParameters(tree.Root!, expected, iteration);
            Assert.Equal(expected, cut.Step(iteration));
        }
    }

    [Fact]
    public void Sums_CountOnce_WhenAnotherSiloBringsThemAgainOrAsOtherNodes()
    {
        Cut undisturbed = new(2, null);
        Cut disturbed = new(2, null);
        foreach (TreeNode node in Nodes)
        {
            undisturbed.Take(0, node);
        }

        // The sum of blocks 2 and 3 together, before and after each alone: the coordinator counted them alone.
        foreach (TreeNode node in Nodes.Prepend(new TreeNode(1, 1)).Concat(Nodes.Reverse()).Append(new TreeNode(2, 0)))
        {
            disturbed.Take(0, node);
        }

        Assert.Equal(undisturbed.Step(0), disturbed.Step(0));
        Assert.Equal(0, disturbed.Waiting);
    }

    // Which sums come, in which order, and which of them count, changes no bit; nor does what was added up before that was known.
    [Fact]
    public void Sums_HaveTheSameBits_WhateverCameAndWhicheverOfItCounts() => Gen.Select(Gen.Shuffle(EveryNode), Gen.Int[0, 1 << 12], Gen.Int[1, EveryNode.Length]).Sample((order, cut, extra) =>
    {
        Cut plain = new(1, null);
        Deliver(plain, 0);
        List<TreeNode> counting = [];
        Choose(new TreeNode(3, 0));
        Cut other = new(1, null);
        foreach (TreeNode node in order.Where((node, at) => counting.Contains(node) || at < extra))
        {
            other.Take(0, node);
        }

        Assert.Equal(plain.Step(0), other.StepOn(counting, 0));
        Assert.Equal(0, other.Waiting);

        void Choose(TreeNode node)
        {
            if (!EveryNode.Contains(node))
            {
                return;
            }

            if (node.Level == 0 || (cut >> Array.IndexOf(EveryNode, node) & 1) == 0)
            {
                counting.Add(node);
                return;
            }

            Choose(new TreeNode(node.Level - 1, node.Index * 2));
            Choose(new TreeNode(node.Level - 1, (node.Index * 2) + 1));
        }
    });

    [Fact]
    public void Parts_AreDropped_WhenTheirRoundIsOver()
    {
        Cut cut = new(2, null);
        foreach (TreeNode node in Nodes)
        {
            cut.Take(0, node);
        }

        cut.Step(0);
        cut.Take(0, Nodes[0]);
        Assert.Equal(0, cut.Waiting);

        cut.Take(1, Nodes[0]);
        Assert.Equal(2, cut.Waiting);
    }

    [Fact]
    public void Add_Throws_WhenASumThatCountsNeverCameOrABlockIsLeftOut()
    {
        Cut cut = new(1, null);
        foreach (TreeNode node in Nodes.Skip(1))
        {
            cut.Take(0, node);
        }

        RangeAggregator aggregator = cut.Aggregators[0];
        Assert.Contains("never came", Assert.Throws<InvalidOperationException>(() => aggregator.Add(Sums(0, [Nodes[0]]))).Message, StringComparison.Ordinal);
        Assert.Contains("leave out", Assert.Throws<InvalidOperationException>(() => aggregator.Add(Sums(0, Nodes[1..]))).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => aggregator.Add(Sums(1, Nodes)));
        Assert.Throws<ArgumentException>(() => aggregator.Take(Round(0), Nodes[0], new float[3]));
    }

    [Fact]
    public void Versions_StayWhileTheyAreNeeded_AndNoLonger()
    {
        Cut cut = new(1, null);
        for (long iteration = 0; iteration < 3; iteration++)
        {
            foreach (TreeNode node in Nodes)
            {
                cut.Take(iteration, node);
            }

            cut.Step(iteration, needed: iteration < 2 ? 0 : 2);
        }

        RangeAggregator aggregator = cut.Aggregators[0];
        Assert.Equal([false, false, true, true], new long[] { 0, 1, 2, 3 }.Select(version => aggregator.Read(version) is not null));
    }

    [Fact]
    public void Capture_GoesOnWithTheSameBits_InAnotherAggregator()
    {
        Cut one = new(2, 0.5);
        Deliver(one, 0);
        one.Step(0);
        RangeState[] states = [.. one.Aggregators.Select(static aggregator => aggregator.Capture(Job))];
        Cut other = new(states, 0.5);

        Deliver(one, 1);
        Deliver(other, 1);
        Assert.Equal(one.Step(1), other.Step(1));
        Assert.All(states, static state => Assert.Equal(1, state.Version));
    }

    [Fact]
    public void Cut_IsOfWholePieces_AndLeavesNothingOut() => Gen.Select(Gen.Int[1, 2_000_000], Gen.Int[1, 200]).Sample((parameters, silos) =>
    {
        int ranges = AggregationPlan.Ranges(parameters, silos, asked: 64);
        Aggregator[] cut = [.. AggregationPlan.Cut(Job, 3, parameters, [.. Enumerable.Range(0, ranges).Select(static silo => Silos.Address(silo))])];

        Assert.InRange(ranges, 1, Math.Min(64, silos));
        Assert.Equal(0, cut[0].Start);
        Assert.Equal(parameters, cut[^1].Start + cut[^1].Length);
        Assert.All(cut, static range => Assert.True(range.Start % GradientClipping.PieceLength == 0 && range.Length > 0));
        Assert.All(cut.Zip(cut.Skip(1)), static pair => Assert.Equal(pair.Second.Start, pair.First.Start + pair.First.Length));
        Assert.Equal(cut.Length, cut.Select(static range => range.Key).Distinct().Count());
    });

    [Theory]
    [InlineData(112_000, 2, null, 1)]
    [InlineData(112_000, 128, null, 8)]
    [InlineData(12_500_000, 3, null, 1)]
    [InlineData(12_500_000, 4, null, 4)]
    [InlineData(12_500_000, 16, null, 16)]
    [InlineData(12_500_000, 1000, null, 64)]
    [InlineData(112_000, 2, 2, 2)]
    [InlineData(112_000, 2, 8, 2)]
    [InlineData(112_000, 128, 1, 1)]
    [InlineData(100, 128, 8, 1)]
    public void Ranges_AreAsManyAsLinksAskFor_AndNoMoreThanSilosAndPieces(int parameters, int silos, int? asked, int expected) =>
        Assert.Equal(expected, AggregationPlan.Ranges(parameters, silos, asked));

    private static void Deliver(Cut cut, long iteration)
    {
        foreach (TreeNode node in Nodes)
        {
            cut.Take(iteration, node);
        }
    }

    private static Adam Optimizer(int parameters, double? clipNorm) =>
        new(new AdamOptions { Iterations = 10, TasksPerIteration = 14, ClipNorm = clipNorm, ClipValue = clipNorm }, parameters);

    // The sum of a node as the tree adds it, of blocks whose gradients depend on iteration and block.
    private static float[] Gradient(long iteration, TreeNode node)
    {
        SummationTree tree = new(Blocks);
        (int first, int end) = tree.BlocksBelow(node);
        if (node.Level > 0)
        {
            float[] left = Gradient(iteration, new TreeNode(node.Level - 1, node.Index * 2));
            float[]? right = first + (1 << (node.Level - 1)) < end ? Gradient(iteration, new TreeNode(node.Level - 1, (node.Index * 2) + 1)) : null;
            return right is null ? left : [.. left.Zip(right, static (a, b) => a + b)];
        }

        Random random = new((int)((iteration * 100) + first));
        return [.. Enumerable.Range(0, Parameters).Select(_ => MathF.ScaleB(random.NextSingle() - 0.5f, random.Next(12)))];
    }

    private static RoundId Round(long number) => new(RoundKind.Training, number);

    private static RangeSums Sums(long iteration, IEnumerable<TreeNode> nodes, params long[] needed) =>
        new() { Round = Round(iteration), Blocks = Blocks, Tasks = 2 * Nodes.Length, Nodes = [.. nodes], Needed = [.. needed] };

    private sealed class Cut
    {
        private readonly ImmutableArray<Aggregator> _ranges;

        public Cut(int ranges, double? clipNorm)
        {
            _ranges = AggregationPlan.Cut(Job, 1, Parameters, [.. Enumerable.Range(0, ranges).Select(static silo => Silos.Address(silo))]);
            Aggregators = [.. _ranges.Select(range => new RangeAggregator(Optimizer(range.Length, clipNorm), new float[range.Length], 0))];
        }

        public Cut(RangeState[] states, double? clipNorm)
            : this(states.Length, clipNorm) => Aggregators = [.. states.Select(state =>
            {
                Adam optimizer = Optimizer(state.Parameters.Length, clipNorm);
                optimizer.Restore(state.Optimizer.ToDictionary(static vector => vector.Key, static vector => vector.Value.Span.ToArray()));
                return new RangeAggregator(optimizer, state.Parameters.Span.ToArray(), state.Version);
            })];

        public RangeAggregator[] Aggregators { get; }

        public int Waiting => Aggregators.Sum(static aggregator => aggregator.Waiting);

        public void Take(long iteration, TreeNode node)
        {
            FloatVector whole = new(Gradient(iteration, node));
            foreach ((Aggregator range, RangeAggregator aggregator) in _ranges.Zip(Aggregators))
            {
                if (aggregator.Wants(Round(iteration), node))
                {
                    aggregator.Take(Round(iteration), node, new FloatVector(whole, range.Start, range.Length).Span.ToArray());
                }
            }
        }

        public float[] Step(long iteration, params long[] needed) => StepOn(Nodes, iteration, needed);

        public float[] StepOn(IEnumerable<TreeNode> counting, long iteration, params long[] needed)
        {
            RangeAdded[] added = [.. Aggregators.Select(aggregator => aggregator.Add(Sums(iteration, counting, needed)))];
            RangeStep step = new() { SquareSums = [.. added.SelectMany(static range => range.SquareSums)], Needed = [.. needed] };
            return [.. Aggregators.Zip(added, (aggregator, range) => range.Next ?? aggregator.Step(step)).SelectMany(static values => values.Span.ToArray())];
        }
    }

    private static class Silos
    {
        public static Orleans.Runtime.SiloAddress Address(int silo) =>
            Orleans.Runtime.SiloAddress.New(System.Net.IPAddress.Loopback, 1000 + silo, 1);
    }
}
