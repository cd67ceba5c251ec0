namespace MetaTrain.Benchmarks.Simulation;

/// <summary>
/// One direction of a machine's link: vectors pass one after the other. A small message has a connection of its own, which shares the link:
/// it takes its time from them, but does not wait until all have passed.
/// </summary>
/// <param name="bitsPerSecond">Its bandwidth.</param>
internal sealed class Link(double bitsPerSecond)
{
    private const long Small = 16_000;

    private long _freeAt;

    /// <summary>Bytes passed, those under way included.</summary>
    public long Bytes { get; private set; }

    /// <summary>Nanoseconds of passing, those under way included.</summary>
    public long Busy { get; private set; }

    /// <summary>Sends bytes as soon as the link is free: when the first and the last of them pass.</summary>
    public (long Begin, long End) Pass(long bytes, long now)
    {
        long begin = bytes <= Small ? now : Math.Max(_freeAt, now);
        long takes = (long)(bytes * 8e9 / bitsPerSecond);
        (Bytes, Busy, _freeAt) = (Bytes + bytes, Busy + takes, Math.Max(_freeAt, now) + takes);
        return (begin, begin + takes);
    }
}
