using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Console.Output;

namespace MetaTrain.Console.Doctor;

/// <summary>Whether a cluster has workers of one device class, and jobs that make progress.</summary>
internal static class ClusterChecks
{
    public static IReadOnlyList<Finding> Judge(ImmutableArray<WorkerStatus> workers, ImmutableArray<JobStatus> jobs) =>
        [JudgeWorkers(workers), .. JudgeDevices(workers), .. JudgeJobs(jobs)];

    private static Finding JudgeWorkers(ImmutableArray<WorkerStatus> workers)
    {
        int silos = workers.Select(worker => worker.Silo).Distinct().Count();
        int draining = workers.Count(worker => worker.Draining);
        string drain = draining > 0 ? $", {draining} of them draining" : "";
        return workers.Length > draining
            ? Finding.Good("workers", $"{Format.Count(workers.Length, "worker")} on {Format.Count(silos, "silo")}{drain}")
            : Finding.Bad("workers", $"no worker takes work{drain}", "Start silos with workers (--workers 1 or more), or look at their logs why they do not join.");
    }

    private static IEnumerable<Finding> JudgeDevices(ImmutableArray<WorkerStatus> workers)
    {
        string[] classes = [.. workers.Select(worker => worker.DeviceClass).Distinct().Order(StringComparer.Ordinal)];
        if (classes.Length == 1)
        {
            yield return Finding.Good("devices", $"all of the class {classes[0]}");
        }
        else if (classes.Length > 1)
        {
            yield return Finding.Warning(
                "devices",
                $"{classes.Length} device classes: {string.Join(", ", classes)}",
                "A strict job runs on one of them only; start all silos with portable arithmetic, or set resources.strict to false in the spec.");
        }
    }

    private static IEnumerable<Finding> JudgeJobs(ImmutableArray<JobStatus> jobs) => jobs
        .Where(job => job.Stalled is not null && !job.State.IsFinal())
        .Select(job => Finding.Warning($"job {job.Job}", job.Stalled!, $"See 'metatrain logs {job.Job}'."));
}
