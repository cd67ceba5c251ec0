namespace MetaTrain.Abstractions.Grains;

/// <summary>The worker of one device slot (its key is "silo/slot"), pinned to its silo: pulls blocks and has its device compute them.</summary>
[Alias("IWorkerGrain")]
public interface IWorkerGrain : IGrainWithStringKey
{
    /// <summary>Starts pulling work, or does nothing if it already does.</summary>
    [Alias("EnsureRunning")]
    Task EnsureRunningAsync();

    /// <summary>The worker as it stands.</summary>
    [Alias("Describe")]
    Task<WorkerStatus> DescribeAsync();

    /// <summary>Finishes the block at hand, returns it, and takes no more.</summary>
    [Alias("Drain")]
    Task DrainAsync();
}
