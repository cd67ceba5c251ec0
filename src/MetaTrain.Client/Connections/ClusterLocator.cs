using System.Text.Json;
using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Client.Connections;

/// <summary>Finds the running cluster behind an address, or says in one sentence why there is none.</summary>
public static class ClusterLocator
{
    /// <summary>Finds the cluster.</summary>
    /// <exception cref="MetaTrainException">There is none, or its store does not answer.</exception>
    public static async Task<ClusterLocation> LocateAsync(ClusterAddress address, CancellationToken cancellationToken) => address switch
    {
        ClusterAddress.InDirectory directory => LocateInDirectory(directory.Path, ProcessIdentity.IsAlive),
        ClusterAddress.InStore store => await LocateInStoreAsync(store.Store, cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(address)),
    };

    /// <summary>The cluster that a data directory's <c>cluster.json</c> describes, if its supervisor is alive.</summary>
    internal static ClusterLocation LocateInDirectory(string directory, Func<int, DateTimeOffset, bool> isAlive)
    {
        LocalCluster cluster = ReadDirectory(directory) ?? throw new MetaTrainException(
            FailureKind.Unreachable,
            $"No cluster runs on {directory}: start one with 'metatrain up', or name another with --cluster.");
        if (!isAlive(cluster.SupervisorProcessId, cluster.SupervisorStartedAt))
        {
            throw new MetaTrainException(
                FailureKind.Unreachable,
                $"No cluster runs on {directory}: its supervisor (process {cluster.SupervisorProcessId}) is gone and left "
                + $"{LocalCluster.FileName} behind; start one again with 'metatrain up'.");
        }

        if (cluster.Failure is { } failure)
        {
            throw new MetaTrainException(FailureKind.Unreachable, failure);
        }

        return cluster.Ready
            ? new ClusterLocation(cluster.ClusterId, cluster.ServiceId, StoreUri.Parse(cluster.Store))
            : throw new MetaTrainException(FailureKind.Unreachable, $"The cluster on {directory} is still starting: try again in a few seconds.");
    }

    /// <summary>Reads a data directory's <c>cluster.json</c>; null when there is none.</summary>
    /// <exception cref="MetaTrainException">The file cannot be read.</exception>
    public static LocalCluster? ReadDirectory(string directory)
    {
        try
        {
            return LocalCluster.TryRead(directory);
        }
        catch (Exception damaged) when (damaged is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new MetaTrainException(
                FailureKind.Unreachable,
                $"{Path.Combine(directory, LocalCluster.FileName)} cannot be read ({damaged.Message.TrimEnd('.')}): "
                + "remove it and start the cluster again with 'metatrain up'.",
                damaged);
        }
    }

    private static async Task<ClusterLocation> LocateInStoreAsync(StoreUri store, CancellationToken cancellationToken)
    {
        string? clusterId = await StoreProbe.ReadAsync(store, ClusterIdentity.RegistryKey(ClusterIdentity.DefaultPrefix), cancellationToken);
        return clusterId is null
            ? throw new MetaTrainException(
                FailureKind.Unreachable,
                $"The store {store} answers, but no cluster has announced itself there: start one with 'metatrain up --store {store}'.")
            : new ClusterLocation(clusterId, ClusterIdentity.ServiceId, store);
    }
}
