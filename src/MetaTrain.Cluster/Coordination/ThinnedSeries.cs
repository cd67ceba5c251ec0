using System.Collections.Immutable;

namespace MetaTrain.Cluster.Coordination;

/// <summary>The history of a number in bounded space: each point is the mean of <see cref="Stride"/> values, and the stride doubles when the points run out.</summary>
internal sealed class ThinnedSeries
{
    internal const int Capacity = 120;

    private readonly List<double> _points;
    private double _sum;
    private int _count;

    public ThinnedSeries()
        : this([], 1, 0, 0)
    {
    }

    public ThinnedSeries(ImmutableArray<double> points, int stride, double sum, int count)
    {
        _points = [.. points];
        Stride = Math.Max(1, stride);
        _sum = sum;
        _count = count;
    }

    public int Stride { get; private set; }

    public double PendingSum => _sum;

    public int PendingCount => _count;

    public ImmutableArray<double> Points => [.. _points];

    public void Add(double value)
    {
        _sum += value;
        if (++_count < Stride)
        {
            return;
        }

        _points.Add(_sum / _count);
        (_sum, _count) = (0, 0);
        if (_points.Count < Capacity)
        {
            return;
        }

        for (int i = 0; i < Capacity / 2; i++)
        {
            _points[i] = (_points[2 * i] + _points[(2 * i) + 1]) / 2;
        }

        _points.RemoveRange(Capacity / 2, Capacity / 2);
        Stride *= 2;
    }
}
