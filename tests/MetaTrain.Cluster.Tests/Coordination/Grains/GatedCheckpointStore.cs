using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;

namespace MetaTrain.Cluster.Tests.Coordination.Grains;

/// <summary>A checkpoint store behind a gate.</summary>
internal sealed class GatedCheckpointStore(ICheckpointStore store, StoreGate gate) : ICheckpointStore
{
    public Task<CheckpointManifest?> CommitAsync(CheckpointContent content, long epoch, CheckpointRetention retention, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.CommitAsync(content, epoch, retention, cancellationToken));

    public Task<CheckpointManifest?> FindAsync(JobId job, CheckpointSelector at, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.FindAsync(job, at, cancellationToken));

    public Task<ImmutableArray<CheckpointManifest>> ListAsync(JobId job, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.ListAsync(job, cancellationToken));

    public Task<byte[]> ReadPieceAsync(JobId job, long iteration, int piece, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.ReadPieceAsync(job, iteration, piece, cancellationToken));

    public Task<byte[]> ReadAsync(CheckpointManifest manifest, CancellationToken cancellationToken) =>
        gate.PassAsync(() => store.ReadAsync(manifest, cancellationToken));
}
