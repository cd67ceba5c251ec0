using MetaTrain.Cluster.Placement;

namespace MetaTrain.Cluster.Coordination;

/// <summary>
/// Which blocks of a round a worker is leased first, while they are free: the round is dealt out over the workers of the last one, silo by
/// silo. Whatever happened in between, a silo's blocks are neighbours again, so that few sums leave it, and a worker can tell what it will
/// probably compute next. No bit depends on it.
/// </summary>
internal sealed class HomeBlocks
{
    private readonly Dictionary<string, int> _ranks;

    private HomeBlocks(IEnumerable<string> workers) => _ranks = workers
        .Select(static worker => (Worker: worker, Place: WorkerKey.PlaceOf(worker)))
        .OrderBy(static worker => worker.Place.SiloName, StringComparer.Ordinal)
        .ThenBy(static worker => worker.Place.Slot)
        .ThenBy(static worker => worker.Worker, StringComparer.Ordinal)
        .Select(static (worker, rank) => (worker.Worker, rank))
        .ToDictionary(static ranked => ranked.Worker, static ranked => ranked.rank, StringComparer.Ordinal);

    /// <summary>Nobody's.</summary>
    public static HomeBlocks None { get; } = new([]);

    /// <summary>How many workers have blocks.</summary>
    public int Workers => _ranks.Count;

    /// <summary>Those of the workers of a round that is over.</summary>
    public HomeBlocks For(IReadOnlySet<string> workers) => workers.SetEquals(_ranks.Keys) ? this : new HomeBlocks(workers);

    /// <summary>A worker's blocks: from the first up to, and without, the last.</summary>
    /// <param name="worker">Who.</param>
    /// <param name="blocks">How many the round has.</param>
    public (int Begin, int End) Of(string worker, int blocks) =>
        _ranks.TryGetValue(worker, out int rank) ? (Edge(rank, blocks), Edge(rank + 1, blocks)) : (0, 0);

    private int Edge(int rank, int blocks) => (int)((long)blocks * rank / _ranks.Count);
}
