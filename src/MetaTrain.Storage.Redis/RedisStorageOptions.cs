using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Storage.Redis;

/// <summary>Where the store is and how long to wait for it.</summary>
public sealed class RedisStorageOptions
{
    /// <summary>
    /// A <see cref="StoreUri"/> (<c>redis://user:password@host:port/database</c>, <c>rediss://</c> for TLS),
    /// or a configuration string of StackExchange.Redis for what a URI cannot say (sentinels, several end points).
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>What every key of this cluster starts with.</summary>
    public string Prefix { get; set; } = ClusterIdentity.DefaultPrefix;

    /// <summary>How long one command may take, connecting included, before the store counts as unavailable.</summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);
}
