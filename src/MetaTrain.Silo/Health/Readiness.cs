using MetaTrain.Cluster.Workers;

namespace MetaTrain.Silo.Health;

/// <summary>A silo is ready when it has joined, its store answers and its workers run; and no longer once it leaves.</summary>
internal sealed class Readiness(ISiloStatusOracle membership, StoreProbe store, IWorkerReadiness workers, IHostApplicationLifetime application)
{
    public async Task<ReadinessReport> ReportAsync(CancellationToken cancellationToken)
    {
        List<string> waiting = [];
        if (application.ApplicationStopping.IsCancellationRequested)
        {
            waiting.Add("the silo is leaving the cluster");
        }

        if (membership.CurrentStatus != SiloStatus.Active)
        {
            waiting.Add($"the silo has not joined the cluster: it is {membership.CurrentStatus}");
        }

        if (await store.FaultAsync(cancellationToken).ConfigureAwait(false) is { } fault)
        {
            waiting.Add(fault);
        }

        if (!workers.AreRunning)
        {
            waiting.Add("the silo's workers do not run yet");
        }

        return new ReadinessReport([.. waiting]);
    }
}
