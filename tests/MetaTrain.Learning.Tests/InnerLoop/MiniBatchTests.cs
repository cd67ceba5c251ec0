using MetaTrain.Learning.Episodes;
using MetaTrain.Learning.InnerLoop;

namespace MetaTrain.Learning.Tests.InnerLoop;

public sealed class MiniBatchTests
{
    private static readonly EpisodeShape ThreeShots = new() { Ways = 2, Shots = 3, Queries = 1, Input = [1] };

    [Fact]
    public void ABatch_TakesOfEachClassInTurn()
    {
        var batch = MiniBatch.Of(ThreeShots, shots: 2)!.Value;

        Assert.Equal(4, batch.Count);
        Assert.Equal([0, 1, 3, 4], Rows(batch, step: 0));
        Assert.Equal([2, 0, 5, 3], Rows(batch, step: 1));
        Assert.Equal([1, 2, 4, 5], Rows(batch, step: 2));
        Assert.Equal([0, 1, 3, 4], Rows(batch, step: 3));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public void TheWholeSupportSet_IsNoBatch(int shots) => Assert.Null(MiniBatch.Of(ThreeShots, shots));

    [Fact]
    public void Regression_IsOneClass()
    {
        var batch = MiniBatch.Of(new EpisodeShape { Ways = 0, Shots = 5, Queries = 1, Input = [1], Targets = 1 }, shots: 3)!.Value;

        Assert.Equal([0, 1, 2], Rows(batch, step: 0));
        Assert.Equal([3, 4, 0], Rows(batch, step: 1));
    }

    private static int[] Rows(MiniBatch batch, int step) => [.. Enumerable.Range(0, batch.Count).Select(row => batch.Example(step, row))];
}
