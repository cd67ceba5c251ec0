using System.Collections.Concurrent;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>Where a test makes calls to grains fail, and reads what coordinators tell the queue.</summary>
internal sealed class CallGate
{
    private readonly ConcurrentDictionary<JobId, JobReport> _reports = [];

    /// <summary>Called before every call to a grain, with the method's name: it may throw.</summary>
    public Action<string> Before { get; set; } = static _ => { };

    /// <summary>The last report that the queue heard of a job; null for none.</summary>
    public JobReport? LastReportOf(JobId job) => _reports.GetValueOrDefault(job);

    /// <summary>Passes a call on.</summary>
    public async Task PassAsync(IIncomingGrainCallContext call)
    {
        Before(call.InterfaceMethod.Name);
        if (call.InterfaceMethod.Name == nameof(IJobQueueGrain.ReportAsync))
        {
            JobReport report = (JobReport)call.Request.GetArgument(0)!;
            _reports[report.Job] = report;
        }

        await call.Invoke();
    }
}
