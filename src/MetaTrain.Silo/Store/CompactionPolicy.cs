namespace MetaTrain.Silo.Store;

/// <summary>
/// How many segments the log may have before a checkpoint compacts it. Compaction moves live records: with a fixed threshold, data
/// larger than it would be copied whole at every checkpoint. So the threshold doubles when a compaction freed little, and comes
/// down again when the log has become small.
/// </summary>
internal sealed class CompactionPolicy
{
    private readonly int _least;

    public CompactionPolicy(int least) => Segments = _least = least;

    /// <summary>The threshold now.</summary>
    public int Segments { get; private set; }

    /// <summary>Looks at the log's length after a checkpoint; true when the threshold has changed.</summary>
    public bool Observe(long logBytes)
    {
        long segments = (logBytes + GarnetConfiguration.SegmentBytes - 1) / GarnetConfiguration.SegmentBytes;
        int wanted = Segments;
        if (segments >= Segments)
        {
            wanted = (int)Math.Min(int.MaxValue / 2, 2 * segments);
        }
        else if (segments < Segments / 4)
        {
            wanted = Math.Max(_least, Segments / 2);
        }

        bool changed = wanted != Segments;
        Segments = wanted;
        return changed;
    }
}
