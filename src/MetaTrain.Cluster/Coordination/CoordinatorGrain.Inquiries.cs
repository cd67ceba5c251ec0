using System.Collections.Immutable;
using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Specs;
using MetaTrain.Abstractions.Storage;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Workers;
using Orleans.Runtime;

namespace MetaTrain.Cluster.Coordination;

/// <summary>What people ask about a committed version that one worker answers by itself.</summary>
internal sealed partial class CoordinatorGrain
{
    // Workers of a cluster that has just started make themselves known within a second or two.
    private const int WorkerLooks = 40;
    private static readonly TimeSpan WorkerLookPeriod = TimeSpan.FromMilliseconds(250);

    public Task<DemonstrationReply> DemonstrateAsync(DemonstrationRequest request) =>
        AskAsync(request.At, (worker, version) => worker.DemonstrateAsync(Job, version, request), Demonstrations.Refuse);

    public Task<RetrievalReply> RetrieveAsync(RetrievalRequest request) =>
        AskAsync(request.At, (worker, version) => worker.RetrieveAsync(Job, version, request), refusal => new RetrievalReply { Failure = refusal });

    private async Task<TReply> AskAsync<TReply>(CheckpointSelector at, Func<IWorkerGrain, long, Task<TReply>> ask, Func<string, TReply> refuse)
    {
        await EnsureStartedAsync();
        if (await RecordAsync() is not { } record)
        {
            return refuse($"There is no job '{Job}'.");
        }

        if (await services.Checkpoints.FindAsync(Job, at, CancellationToken.None) is not { } manifest)
        {
            return refuse(await NoSuchVersionAsync(at));
        }

        ResourcesSpec resources = JobSpecReader.Parse(record.SpecJson).Resources;
        string? deviceClass = _session?.Trajectory.DeviceClass ?? record.LastStatus?.Device;
        ImmutableArray<WorkerStatus> workers = [];
        for (int look = 0; look < WorkerLooks; look++)
        {
            workers = await GrainFactory.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key).WorkersAsync();
            if (WorkerChoice.Choose(workers, resources, deviceClass, services.Silo.Name) is { } worker && KeyOf(worker) is { } key)
            {
                return await ask(GrainFactory.GetGrain<IWorkerGrain>(key), manifest.Iteration);
            }

            await Task.Delay(WorkerLookPeriod, services.Time);
        }

        return refuse(
            DeviceNeeds.Refuse(resources, [.. workers.Select(static worker => worker.Device)]) is { } mismatch && !workers.IsEmpty
                ? mismatch
                : $"No worker of this cluster was free to answer within {(WorkerLooks * WorkerLookPeriod).TotalSeconds:0} s: look with 'metatrain workers', and ask again.");
    }

    // The key of a worker's grain; null while its silo is not among the members.
    private string? KeyOf(WorkerStatus worker) =>
        services.Membership.CurrentSnapshot.Members.Values.FirstOrDefault(member => member.Name == worker.Silo && member.Status == SiloStatus.Active) is { } silo
            ? new WorkerKey(worker.Silo, WorkerKey.PlaceOf(worker.Id + "@").Slot, silo.SiloAddress).ToString()
            : null;

    private async Task<string> NoSuchVersionAsync(CheckpointSelector at) =>
        $"Job {Job} has no committed version that --at {Name(at)} could mean; it has {await KeptVersionsAsync()}.";
}
