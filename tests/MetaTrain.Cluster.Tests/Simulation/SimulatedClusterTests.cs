using MetaTrain.Benchmarks.Simulation;

namespace MetaTrain.Cluster.Tests.Simulation;

public sealed class SimulatedClusterTests
{
    private static readonly SimulationSettings Quiet = new()
    {
        Workers = 24,
        BlocksARound = 24,
        Parameters = 37,
        WarmUp = 2,
        Iterations = 20,
        Cost = new CostMeter(nanoseconds: 10_000),
    };

    // Five pieces, and so at most five ranges.
    private static readonly SimulationSettings Cuttable = Quiet with { Parameters = 20_000 };

    private static readonly string Hash = new SimulatedCluster(Quiet with { Workers = 1, WorkersASilo = 1 }).Run().Hash;

    public static TheoryData<int, int> Shapes => new() { { 24, 8 }, { 24, 1 }, { 40, 8 }, { 7, 3 }, { 13, 5 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Run_EndsWithTheSameBits_WhateverTheClusterIs(int workers, int workersASilo) =>
        Assert.Equal(Hash, new SimulatedCluster(Quiet with { Workers = workers, WorkersASilo = workersASilo }).Run().Hash);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Run_EndsWithTheSameBits_WhateverStragglesAndDies(int workersASilo)
    {
        SimulationFigures figures = new SimulatedCluster(Quiet with
        {
            WorkersASilo = workersASilo,
            Jitter = 0.3,
            StragglerShare = 0.02,
            SiloLifeSeconds = workersASilo == 1 ? 20 : 5,
        }).Run();

        Assert.True(figures.Deaths > 0 && figures.Reissued > 0, "nothing died, or no block was leased again: the test shows nothing");
        Assert.Equal(Hash, figures.Hash);
    }

    [Fact]
    public void Silos_SendOneSumARound_WhenEachHasABlockForEachWorker()
    {
        SimulationSettings settings = Quiet with { Workers = 64, BlocksARound = 64, WorkersASilo = 8, Parameters = 20_000 };

        double vectors = new SimulatedCluster(settings).Run().BytesIn / (sizeof(float) * (double)settings.Parameters);

        Assert.InRange(vectors, 8, 8 * 1.5);
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(3, 8)]
    [InlineData(4, 1)]
    [InlineData(5, 1)]
    public void Run_EndsWithTheSameBits_HoweverParametersAreCutIntoRanges(int ranges, int workersASilo)
    {
        SimulationSettings settings = Cuttable with { WorkersASilo = workersASilo };
        SimulationFigures star = new SimulatedCluster(settings with { Aggregators = 1 }).Run();

        SimulationFigures ranged = new SimulatedCluster(settings with { Aggregators = ranges }).Run();

        Assert.Equal(ranges, ranged.Settings.Ranges);
        Assert.Equal(star.Hash, ranged.Hash);
        Assert.True(ranged.BytesIn < star.BytesIn, "the ranges take no bytes off the busiest machine");
    }

    [Theory]
    [InlineData(3, 8)]
    [InlineData(5, 1)]
    public void Run_EndsWithTheSameBits_WhenBlocksStraggleAndParametersAreCutIntoRanges(int ranges, int workersASilo)
    {
        SimulationSettings settings = Cuttable with { WorkersASilo = workersASilo };

        SimulationFigures straggling = new SimulatedCluster(settings with { Aggregators = ranges, Jitter = 0.3, StragglerShare = 0.02 }).Run();

        Assert.True(straggling.Reissued > 0, "no block was leased again: the test shows nothing");
        Assert.Equal(new SimulatedCluster(settings with { Aggregators = 1 }).Run().Hash, straggling.Hash);
    }

    [Fact]
    public void Run_EndsWithTheSameBits_WhenRangesAreChosenAndFetched()
    {
        // 24 silos exchange more than a link should pass, and half of a version is too large for a message.
        SimulationSettings settings = Quiet with { WorkersASilo = 1, Parameters = 100_000, Iterations = 5 };

        SimulationFigures chosen = new SimulatedCluster(settings).Run();

        Assert.Equal(2, chosen.Settings.Ranges);
        Assert.Equal(new SimulatedCluster(settings with { Aggregators = 1 }).Run().Hash, chosen.Hash);
    }

    [Fact]
    public void Settings_AreRefused_WhenSilosWithAggregatorsWouldDie() =>
        Assert.Contains(
            "set Aggregators to 1",
            Assert.Throws<ArgumentException>(() => new SimulatedCluster(Cuttable with { Aggregators = 3, SiloLifeSeconds = 5 })).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Run_HasOtherBits_WithAnotherSeed() =>
        Assert.NotEqual(Hash, new SimulatedCluster(Quiet with { Seed = 8 }).Run().Hash);

    [Fact]
    public void Run_IsTheSameTwice_WhenTurnsCostAlwaysTheSame()
    {
        SimulationSettings settings = Quiet with { Jitter = 0.3, StragglerShare = 0.02, SiloLifeSeconds = 30 };

        SimulationFigures first = new SimulatedCluster(settings).Run();
        SimulationFigures second = new SimulatedCluster(settings).Run();

        Assert.Equal((first.IterationsPerSecond, first.BytesIn, first.Reissued), (second.IterationsPerSecond, second.BytesIn, second.Reissued));
    }

    [Fact]
    public void Run_IsAsSlowAsTheLink_WhenTheLinkIsSlow()
    {
        // A round takes 24 vectors in and 24 out, one after the other, over links of 1 Mbit/s: no run can be faster.
        SimulationSettings settings = Quiet with { WorkersASilo = 1, Parameters = 10_000, BitsPerSecond = 1e6, Iterations = 5 };

        SimulationFigures figures = new SimulatedCluster(settings).Run();

        Assert.InRange(figures.IterationsPerSecond, 0, 1e6 / (24 * 10_000 * 32));
        Assert.True(figures.LinkIn > 0.4);
    }
}
