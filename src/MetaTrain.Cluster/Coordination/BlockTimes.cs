namespace MetaTrain.Cluster.Coordination;

/// <summary>The times that recent blocks of one kind took, and the patience that follows from them.</summary>
internal sealed class BlockTimes
{
    /// <summary>Before any block was seen: loading a library and a data set may come first.</summary>
    internal static readonly TimeSpan FirstPatience = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastStraggle = TimeSpan.FromSeconds(1);

    // A write to the store takes about a hundredth of it.
    private static readonly TimeSpan WorthNoting = TimeSpan.FromMilliseconds(50);

    // Of longer ones a worker's question for the next is no share that anybody would notice.
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(500);
    private const int Remembered = 31;

    private readonly Queue<TimeSpan> _recent = new();

    // The same, in order: one is observed for each block, in the coordinator's turn.
    private readonly List<TimeSpan> _sorted = new(Remembered + 1);
    private TimeSpan? _median;

    public void Observe(TimeSpan elapsed)
    {
        _recent.Enqueue(elapsed);
        int at = _sorted.BinarySearch(elapsed);
        _sorted.Insert(at < 0 ? ~at : at, elapsed);
        if (_recent.Count > Remembered)
        {
            _sorted.RemoveAt(_sorted.BinarySearch(_recent.Dequeue()));
        }

        _median = _sorted[_sorted.Count / 2];
    }

    /// <summary>After how long a lease ends and its block counts as lost.</summary>
    public TimeSpan Patience => _median is { } median ? Max(LeastPatience, median * 20) : FirstPatience;

    /// <summary>After how long an idle worker may compute a block that another one has out; null before any block was seen.</summary>
    public TimeSpan? Straggle => _median is { } median ? Max(LeastStraggle, median * 4) : null;

    /// <summary>True when a note in the store before each block is not felt, and before any block was seen.</summary>
    public bool AreWorthNoting => _median is not { } median || median > WorthNoting;

    /// <summary>True when the question for a block takes a share of the block's own time.</summary>
    public bool AreShort => _median is { } median && median < Short;

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;
}
