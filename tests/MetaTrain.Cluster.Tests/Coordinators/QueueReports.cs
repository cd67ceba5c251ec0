using System.Collections.Concurrent;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Tests.Coordinators;

/// <summary>What coordinators tell the queue, and whether it hears it.</summary>
internal sealed class QueueReports
{
    private readonly ConcurrentDictionary<JobId, JobReport> _last = [];

    /// <summary>True while the queue does not answer.</summary>
    public bool AreLost { get; set; }

    /// <summary>The last report that the queue heard of a job; null for none.</summary>
    public JobReport? LastOf(JobId job) => _last.GetValueOrDefault(job);

    /// <summary>Passes a call to a grain on.</summary>
    public async Task PassAsync(IIncomingGrainCallContext call)
    {
        if (call.InterfaceMethod.Name == nameof(IJobQueueGrain.ReportAsync))
        {
            if (AreLost)
            {
                throw new TimeoutException("The queue does not answer.");
            }

            JobReport report = (JobReport)call.Request.GetArgument(0)!;
            _last[report.Job] = report;
        }

        await call.Invoke();
    }
}
