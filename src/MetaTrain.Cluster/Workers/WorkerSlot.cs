namespace MetaTrain.Cluster.Workers;

/// <summary>What a worker's grain and its device's thread both know of it. Safe for concurrent use.</summary>
/// <param name="worker">The key of its grain.</param>
/// <param name="number">The number of its device slot in the silo.</param>
internal sealed class WorkerSlot(string worker, int number)
{
    private volatile string _doing = "idle";
    private long _blocks;

    public string Worker => worker;

    public int Number => number;

    /// <summary>The device's thread's own.</summary>
    public EpisodeStage Stage { get; } = new();

    /// <summary>What it does now, in a few words.</summary>
    public string Doing
    {
        get => _doing;
        set => _doing = value;
    }

    /// <summary>Blocks computed since it started.</summary>
    public long Blocks => Interlocked.Read(ref _blocks);

    public void Computed() => Interlocked.Increment(ref _blocks);
}
