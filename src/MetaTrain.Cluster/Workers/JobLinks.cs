using System.Collections.Concurrent;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Cluster.Transfers;

namespace MetaTrain.Cluster.Workers;

/// <summary>This silo's ways to the jobs that it works for.</summary>
internal sealed class JobLinks(IGrainFactory grains, TransferClient transfers, SiloDevices devices)
{
    private readonly ConcurrentDictionary<JobId, JobLink> _links = new();

    /// <summary>The way to a job.</summary>
    public JobLink Of(JobId job) => _links.GetOrAdd(job, added => new JobLink(added, grains, transfers, devices.DeviceClass));

    /// <summary>This silo does nothing for the job at present.</summary>
    public void Forget(JobId job) => _links.TryRemove(job, out _);
}
