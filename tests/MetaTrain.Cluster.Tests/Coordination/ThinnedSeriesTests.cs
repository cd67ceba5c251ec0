using MetaTrain.Cluster.Coordination;

namespace MetaTrain.Cluster.Tests.Coordination;

public sealed class ThinnedSeriesTests
{
    [Fact]
    public void Points_StayBounded_AndKeepTheMean()
    {
        ThinnedSeries series = new();
        for (int i = 0; i < 7_680; i++)
        {
            series.Add(i);
        }

        Assert.InRange(series.Points.Length, ThinnedSeries.Capacity / 2, ThinnedSeries.Capacity - 1);
        Assert.Equal(7_679 / 2.0, series.Points.Average(), 9);
        Assert.Equal(series.Points.Order(), series.Points);
    }

    [Fact]
    public void Add_GoesOnTheSame_AfterRestoring()
    {
        ThinnedSeries whole = new();
        ThinnedSeries first = new();
        for (int i = 0; i < 401; i++)
        {
            whole.Add(i);
            first.Add(i);
        }

        ThinnedSeries second = new(first.Points, first.Stride, first.PendingSum, first.PendingCount);
        for (int i = 401; i < 900; i++)
        {
            whole.Add(i);
            second.Add(i);
        }

        Assert.Equal(whole.Points, second.Points);
    }
}
