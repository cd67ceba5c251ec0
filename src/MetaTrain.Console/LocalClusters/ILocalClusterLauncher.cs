using MetaTrain.Abstractions.Clusters;

namespace MetaTrain.Console.LocalClusters;

/// <summary>Starts local clusters.</summary>
internal interface ILocalClusterLauncher
{
    /// <summary>Starts one and waits until it takes work.</summary>
    /// <exception cref="Hosting.ConsoleFault">It could not start: one sentence says why.</exception>
    Task<ILocalCluster> StartAsync(LocalClusterOptions options, CancellationToken cancellationToken);
}

/// <summary>A local cluster that this console started.</summary>
internal interface ILocalCluster : IAsyncDisposable
{
    /// <summary>What its supervisor wrote about it.</summary>
    LocalCluster Description { get; }

    /// <summary>Completes, with what the supervisor said last, when it ends by itself.</summary>
    Task<string> Ended { get; }

    /// <summary>Drains and ends it; false when it had to be killed.</summary>
    Task<bool> StopAsync();

    /// <summary>Ends it at once.</summary>
    void Kill();
}
