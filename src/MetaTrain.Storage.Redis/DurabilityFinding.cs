namespace MetaTrain.Storage.Redis;

/// <summary>Which server a store runs on.</summary>
public enum StoreKind
{
    /// <summary>Redis, or a server that speaks as it does.</summary>
    Redis,

    /// <summary>Garnet: the embedded store.</summary>
    Garnet,
}

/// <summary>What <see cref="RedisDurability"/> found.</summary>
/// <param name="Kind">The server.</param>
/// <param name="Warning">What could lose data, in one sentence with the remedy; null when nothing could.</param>
public sealed record DurabilityFinding(StoreKind Kind, string? Warning);
