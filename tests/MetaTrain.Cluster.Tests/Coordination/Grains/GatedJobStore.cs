using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>A job store behind a gate.</summary>
internal sealed class GatedJobStore(IJobStore store, StoreGate gate) : IJobStore
{
    public Task<long> NextOrderAsync(CancellationToken cancellationToken) => gate.PassAsync(() => store.NextOrderAsync(cancellationToken));

    public Task<bool> TryCreateAsync(JobRecord record, CancellationToken cancellationToken) => gate.PassAsync(() => store.TryCreateAsync(record, cancellationToken));

    public Task WriteInitialParametersAsync(JobId job, ReadOnlyMemory<byte> safetensors, CancellationToken cancellationToken) =>
        gate.PassAsync(async () =>
        {
            await store.WriteInitialParametersAsync(job, safetensors, cancellationToken);
            return true;
        });

    public Task<byte[]?> ReadInitialParametersAsync(JobId job, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.ReadInitialParametersAsync(job, cancellationToken));

    public Task<JobRecord?> ReadAsync(JobId job, CancellationToken cancellationToken) => gate.PassAsync(() => store.ReadAsync(job, cancellationToken));

    public Task<ImmutableArray<JobRecord>> ListAsync(CancellationToken cancellationToken) => gate.PassAsync(() => store.ListAsync(cancellationToken));

    public Task<bool> SetRequestAsync(JobId job, JobRequest request, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.SetRequestAsync(job, request, cancellationToken));

    public Task<bool> SetOwnerAsync(JobId job, string? owner, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.SetOwnerAsync(job, owner, cancellationToken));

    public Task<long> AcquireEpochAsync(JobId job, CancellationToken cancellationToken) => gate.PassAsync(() => store.AcquireEpochAsync(job, cancellationToken));

    public Task<bool> TryUpdateAsync(JobRecord record, long epoch, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.TryUpdateAsync(record, epoch, cancellationToken));

    public Task<bool> TryWriteAttemptsAsync(JobId job, long epoch, ImmutableArray<BlockAttempt> attempts, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.TryWriteAttemptsAsync(job, epoch, attempts, cancellationToken));

    public Task<ImmutableArray<BlockAttempt>> ReadAttemptsAsync(JobId job, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.ReadAttemptsAsync(job, cancellationToken));
}
