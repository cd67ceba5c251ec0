using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Coordination;

/// <summary>The best k versions by validation; of two that score the same, the earlier.</summary>
internal static class BestVersions
{
    public static ImmutableArray<long> Rank(IEnumerable<EvaluationSummary> validations, int keep) =>
    [
        .. validations.Select(static validation => (validation.At, Score: EvaluationSums.Score(validation)))
            .OrderByDescending(static version => version.Score).ThenBy(static version => version.At)
            .Take(Math.Max(1, keep)).Select(static version => version.At),
    ];
}
