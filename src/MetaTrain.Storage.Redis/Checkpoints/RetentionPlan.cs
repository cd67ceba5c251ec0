using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Storage.Redis;

/// <summary>Decides which versions leave. The committed one, those its best index names and those whose validation is still out never do.</summary>
internal static class RetentionPlan
{
    /// <summary>The part of a ranking that is kept, and therefore the part that a manifest may name.</summary>
    public static IEnumerable<long> Best(IEnumerable<long> ranking, CheckpointRetention retention) =>
        ranking.Distinct().Take(Math.Max(0, retention.KeepBest));

    /// <summary>The versions to remove, oldest first.</summary>
    public static long[] Removals(IEnumerable<long> versions, long committed, IEnumerable<long> pinned, CheckpointRetention retention)
    {
        // A version above the committed one is from a future that was given up: it does not count as one of the last.
        long[] all = [.. versions.Order()];
        HashSet<long> kept = [committed, .. pinned, .. all.Where(v => v <= committed).TakeLast(Math.Max(1, retention.KeepLast))];
        return [.. all.Where(version => !kept.Contains(version))];
    }
}
