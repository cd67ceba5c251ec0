using MetaTrain.Abstractions.Clusters;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Hosting;

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

    /// <summary>The target itself, if its cluster, should one run, has the store that was asked for.</summary>
    /// <exception cref="ConsoleFault">It has another: what is read there, or written, is not what was meant.</exception>
    public ClusterTarget WithItsStore()
    {
        string? theirs = Address switch
        {
            ClusterAddress.InStore store => store.Store.ToString(),
            ClusterAddress.InDirectory directory when IsRunning() => ClusterLocator.ReadDirectory(directory.Path)?.Store,
            _ => null,
        };
        return Store is null || theirs is null || StoreUri.Parse(Store).ToString() == StoreUri.Parse(theirs).ToString()
            ? this
            : throw new ConsoleFault(
                ExitCode.WrongUsage,
                $"The cluster on {Address} has the store {StoreUri.Parse(theirs)}, not {StoreUri.Parse(Store)}: leave --store away, end that cluster with 'metatrain down', or name another data directory with --data.");
    }

    private static bool IsAlive(LocalCluster cluster) => ProcessIdentity.IsAlive(cluster.SupervisorProcessId, cluster.SupervisorStartedAt);
}
