using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;

namespace MetaTrain.Cluster.Queue;

/// <summary>The workers that were heard of lately.</summary>
internal sealed class WorkerRoster(TimeProvider time)
{
    // A worker asks every second or two; while it computes a long block it is silent.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Dictionary<string, (WorkerStatus Status, long HeardAt)> _workers = new(StringComparer.Ordinal);

    public void Heard(WorkerStatus worker) => _workers[worker.Id] = (worker, time.GetTimestamp());

    /// <summary>Forgets the workers of silos that are gone, and those that have been silent for long. Returns their ids.</summary>
    public List<string> Sweep(Predicate<WorkerStatus> isGone)
    {
        List<string> gone = [.. _workers.Where(worker => isGone(worker.Value.Status) || time.GetElapsedTime(worker.Value.HeardAt) > Patience).Select(static worker => worker.Key)];
        gone.ForEach(id => _workers.Remove(id));
        return gone;
    }

    public ImmutableArray<WorkerStatus> All => [.. _workers.Values.Select(static worker => worker.Status).OrderBy(static worker => worker.Id, StringComparer.Ordinal)];
}
