using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client.Connections;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Which cluster a command is about.</summary>
/// <param name="Address">Where it is.</param>
/// <param name="SiloPath">The silo's program, should a cluster have to be started.</param>
/// <param name="Store">The store of a cluster that has to be started; null for the embedded one.</param>
internal sealed record ClusterTarget(ClusterAddress Address, string? SiloPath, string? Store)
{
    /// <summary>True when a data directory's supervisor is alive.</summary>
    public bool IsRunning() =>
        Address is ClusterAddress.InDirectory directory
        && ClusterLocator.ReadDirectory(directory.Path) is { } cluster
        && IsAlive(cluster);

    private static bool IsAlive(LocalCluster cluster) => ProcessIdentity.IsAlive(cluster.SupervisorProcessId, cluster.SupervisorStartedAt);
}
