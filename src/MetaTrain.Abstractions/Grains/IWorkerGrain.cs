using MetaTrain.Abstractions.Jobs;

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

    /// <summary>Shows one episode with a committed version, on its device and between two blocks.</summary>
    [Alias("Demonstrate"), ResponseTimeout(WorkerTimeouts.Asked)]
    Task<DemonstrationReply> DemonstrateAsync(JobId job, long version, DemonstrationRequest request);

    /// <summary>Finds the classes nearest to images with a committed version, on its device's thread and between two blocks.</summary>
    [Alias("Retrieve"), ResponseTimeout(WorkerTimeouts.Asked)]
    Task<RetrievalReply> RetrieveAsync(JobId job, long version, RetrievalRequest request);

    /// <summary>Finishes the block at hand, returns it, and takes no more.</summary>
    [Alias("Drain")]
    Task DrainAsync();
}

/// <summary>How long is waited for workers.</summary>
public static class WorkerTimeouts
{
    /// <summary>For what a worker computes between two blocks: it may have to load a data set, and to finish a long block, first.</summary>
    public const string Asked = "00:05:00";
}
