using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Cluster.Workers;

namespace MetaTrain.Cluster.Coordination;

/// <summary>Which worker answers what people ask about a version.</summary>
internal static class WorkerChoice
{
    /// <summary>
    /// One that may compute the job: of the class that its bits belong to before others (which differ in the last bits), idle before busy, near
    /// before far. Null when there is none.
    /// </summary>
    /// <param name="workers">All that were heard of lately.</param>
    /// <param name="resources">What the spec says.</param>
    /// <param name="deviceClass">The class that the job's bits belong to; null when it never ran.</param>
    /// <param name="silo">The silo that asks.</param>
    public static WorkerStatus? Choose(IEnumerable<WorkerStatus> workers, ResourcesSpec resources, string? deviceClass, string silo) => workers
        .Where(worker => !worker.Draining && DeviceNeeds.AreMet(resources, worker.DeviceClass))
        .OrderBy(worker => worker.DeviceClass != deviceClass)
        .ThenBy(static worker => worker.Job is not null)
        .ThenBy(worker => worker.Silo != silo)
        .ThenBy(static worker => worker.Id, StringComparer.Ordinal)
        .FirstOrDefault();
}
