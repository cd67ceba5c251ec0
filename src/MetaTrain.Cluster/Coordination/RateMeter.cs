namespace MetaTrain.Cluster.Coordination;

/// <summary>A rate over the last few seconds.</summary>
internal sealed class RateMeter(TimeProvider time)
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(5);
    private readonly Queue<(long Time, long Count)> _recent = new();
    private long _total;

    public void Add(long count)
    {
        _recent.Enqueue((time.GetTimestamp(), count));
        _total += count;
        Trim();
    }

    public double PerSecond()
    {
        Trim();
        if (_recent.Count < 2)
        {
            return 0;
        }

        // The first entry opens the window: what it counts was done before it.
        double seconds = time.GetElapsedTime(_recent.Peek().Time).TotalSeconds;
        return seconds > 0 ? (_total - _recent.Peek().Count) / seconds : 0;
    }

    private void Trim()
    {
        while (_recent.Count > 1 && time.GetElapsedTime(_recent.Peek().Time) > Window)
        {
            _total -= _recent.Dequeue().Count;
        }
    }
}
