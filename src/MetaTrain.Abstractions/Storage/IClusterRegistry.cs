namespace MetaTrain.Abstractions.Storage;

/// <summary>Where clients and silos of one store find the running cluster: its Orleans cluster id.</summary>
public interface IClusterRegistry
{
    /// <summary>The cluster that runs now; null when none does.</summary>
    Task<string?> CurrentClusterIdAsync(CancellationToken cancellationToken);

    /// <summary>Announces the cluster that runs now.</summary>
    Task AnnounceAsync(string clusterId, CancellationToken cancellationToken);

    /// <summary>Withdraws an announcement, if it is still the current one.</summary>
    Task WithdrawAsync(string clusterId, CancellationToken cancellationToken);
}
