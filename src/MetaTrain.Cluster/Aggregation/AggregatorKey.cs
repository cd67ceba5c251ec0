using System.Globalization;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Placement;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Aggregation;

/// <summary>
/// The key of an aggregator's grain: "job:epoch/range@address". A later coordinator's aggregators are others, and so are those of a
/// restarted silo.
/// </summary>
internal static class AggregatorKey
{
    /// <summary>The key.</summary>
    public static string Of(JobId job, long epoch, int range, SiloAddress silo) =>
        new WorkerKey(string.Create(CultureInfo.InvariantCulture, $"{job}:{epoch}"), range, silo).ToString();
}
