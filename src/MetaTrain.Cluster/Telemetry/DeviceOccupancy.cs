namespace MetaTrain.Cluster.Telemetry;

/// <summary>
/// How much of the last few seconds a device was busy. A sliding window, not the time since the last reading:
/// two scrapers must not disturb each other.
/// </summary>
internal sealed class DeviceOccupancy(TimeProvider time)
{
    internal static readonly TimeSpan Window = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Queue<(long Start, long End)> _busy = new();
    private readonly long _since = time.GetTimestamp();
    private long? _startedAt;

    internal void Started()
    {
        lock (_lock)
        {
            _startedAt ??= time.GetTimestamp();
        }
    }

    internal void Finished()
    {
        lock (_lock)
        {
            if (_startedAt is { } start)
            {
                _busy.Enqueue((start, time.GetTimestamp()));
                _startedAt = null;
                DropBefore(WindowStart());
            }
        }
    }

    /// <summary>The idle share of the window in [0, 1]; of the device's life while that is shorter.</summary>
    internal double IdleRatio()
    {
        lock (_lock)
        {
            long now = time.GetTimestamp();
            long from = WindowStart();
            DropBefore(from);
            long busy = _busy.Sum(interval => interval.End - Math.Max(interval.Start, from));
            busy += _startedAt is { } start ? now - Math.Max(start, from) : 0;
            return now > from ? Math.Clamp(1 - ((double)busy / (now - from)), 0, 1) : 1;
        }
    }

    private long WindowStart() => Math.Max(_since, time.GetTimestamp() - (long)(Window.TotalSeconds * time.TimestampFrequency));

    private void DropBefore(long from)
    {
        while (_busy.TryPeek(out (long Start, long End) oldest) && oldest.End <= from)
        {
            _busy.Dequeue();
        }
    }
}
