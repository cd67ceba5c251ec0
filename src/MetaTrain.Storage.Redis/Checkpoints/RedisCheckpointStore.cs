using System.Collections.Immutable;
using System.Security.Cryptography;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>
/// A commit writes its pieces under names of its own, noted as loose in the same transaction; then one script makes them a
/// version, if the epoch still holds. Whatever a crash leaves behind is loose, and goes with a later commit.
/// </summary>
/// <remarks>Commits of one job under one epoch come one after the other; coordinators of different epochs may race.</remarks>
internal sealed class RedisCheckpointStore(RedisConnection connection) : ICheckpointStore
{
    private readonly RedisKeys _keys = new(connection.Prefix);
    private readonly LoosePieces _loose = new(connection);

    public async Task<CheckpointManifest?> CommitAsync(
        CheckpointContent content, long epoch, CheckpointRetention retention, CancellationToken cancellationToken)
    {
        PieceSet set = PieceSet.Create(epoch, content);
        for (int piece = 0; piece < set.Pieces; piece++)
        {
            await WritePieceAsync(content, set, piece, cancellationToken).ConfigureAwait(false);
        }

        CheckpointManifest manifest = Describe(content, set, retention);
        if (!await TryPublishAsync(manifest, set, cancellationToken).ConfigureAwait(false))
        {
            // No later coordinator knows this attempt's name for sure: its pieces are its own to remove.
            await _loose.RemoveAsync(content.Job, set, cancellationToken).ConfigureAwait(false);
            return null;
        }

        await ApplyRetentionAsync(manifest, content.Pinned, retention, cancellationToken).ConfigureAwait(false);
        return manifest;
    }

    public async Task<CheckpointManifest?> FindAsync(JobId job, CheckpointSelector at, CancellationToken cancellationToken)
    {
        RedisKey manifests = _keys.Manifests(job);
        RedisValue found = at.Choice switch
        {
            CheckpointChoice.Last => (RedisValue)await connection.EvaluateAsync(
                CheckpointScripts.FindLast, [_keys.Latest(job), manifests], [], cancellationToken).ConfigureAwait(false),
            CheckpointChoice.Best => (RedisValue)await connection.EvaluateAsync(
                CheckpointScripts.FindBest, [_keys.Best(job), _keys.Latest(job), manifests], [], cancellationToken).ConfigureAwait(false),
            CheckpointChoice.Iteration => await connection.RunAsync(
                database => database.HashGetAsync(manifests, at.Iteration), cancellationToken).ConfigureAwait(false),
            _ => throw new ArgumentOutOfRangeException(nameof(at), at.Choice, "There is no such choice of a version: give last, best or an iteration."),
        };
        return found.IsNull ? null : StoreJson.Read(found, StoreJson.Default.CheckpointManifest, manifests);
    }

    public async Task<ImmutableArray<CheckpointManifest>> ListAsync(JobId job, CancellationToken cancellationToken)
    {
        RedisKey key = _keys.Manifests(job);
        RedisValue[] manifests = await connection.RunAsync(database => database.HashValuesAsync(key), cancellationToken).ConfigureAwait(false);
        return [.. manifests.Select(value => StoreJson.Read(value, StoreJson.Default.CheckpointManifest, key)).OrderBy(m => m.Iteration)];
    }

    public async Task<byte[]> ReadPieceAsync(JobId job, long iteration, int piece, CancellationToken cancellationToken)
    {
        PieceSet set = await FindPiecesAsync(job, iteration, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"Version {iteration} of job {job} is not in the store: retention may have removed it. Ask for the last or the best.");
        return await ReadPieceAsync(job, set, piece, cancellationToken).ConfigureAwait(false);
    }

    public async Task<byte[]> ReadAsync(CheckpointManifest manifest, CancellationToken cancellationToken)
    {
        PieceSet set = await FindPiecesAsync(manifest.Job, manifest.Iteration, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException(
                $"Version {manifest.Iteration} of job {manifest.Job} is not in the store: retention may have removed it. Ask for the last or the best.");
        byte[] content = new byte[manifest.Length];
        int length = 0;
        for (int piece = 0; piece < set.Pieces; piece++)
        {
            byte[] bytes = await ReadPieceAsync(manifest.Job, set, piece, cancellationToken).ConfigureAwait(false);
            bytes.AsSpan(0, Math.Min(bytes.Length, content.Length - length)).CopyTo(content.AsSpan(length));
            length = Math.Min(content.Length, length + bytes.Length);
        }

        string sha256 = Convert.ToHexStringLower(SHA256.HashData(content.AsSpan(0, length)));
        return length == content.Length && sha256 == manifest.ContentSha256
            ? content
            : throw new InvalidDataException(
                $"Version {manifest.Iteration} of job {manifest.Job} is damaged: its content has the SHA-256 {sha256}, its manifest says {manifest.ContentSha256}. Go back to an earlier version.");
    }

    private static CheckpointManifest Describe(CheckpointContent content, PieceSet set, CheckpointRetention retention) => new()
    {
        Job = content.Job,
        Iteration = content.Iteration,
        Epoch = set.Epoch,
        ContentSha256 = Convert.ToHexStringLower(SHA256.HashData(content.Safetensors.Span)),
        ParametersSha256 = content.ParametersSha256,
        Length = content.Safetensors.Length,
        Pieces = set.Pieces,
        ProgressJson = content.ProgressJson,
        Best = [.. RetentionPlan.Best(content.Best, retention)],
        Time = content.Time,
    };

    private Task<bool> WritePieceAsync(CheckpointContent content, PieceSet set, int piece, CancellationToken cancellationToken)
    {
        int start = piece * ICheckpointStore.MaxPieceBytes;
        ReadOnlyMemory<byte> bytes = content.Safetensors.Slice(start, Math.Min(ICheckpointStore.MaxPieceBytes, content.Safetensors.Length - start));
        return connection.RunAsync(
            async database =>
            {
                // The note goes with every piece: should a later coordinator clean up in between, it finds this one the next time.
                ITransaction transaction = database.CreateTransaction();
                Task noted = transaction.SetAddAsync(_keys.LoosePieceSets(content.Job), set.ToString());
                Task written = transaction.StringSetAsync(_keys.Piece(content.Job, set.ToString(), piece), bytes);
                await transaction.ExecuteAsync().ConfigureAwait(false);
                await Task.WhenAll(noted, written).ConfigureAwait(false);
                return true;
            },
            cancellationToken);
    }

    private async Task<bool> TryPublishAsync(CheckpointManifest manifest, PieceSet set, CancellationToken cancellationToken)
    {
        JobId job = manifest.Job;
        RedisResult done = await connection.EvaluateAsync(
            CheckpointScripts.Commit,
            [_keys.Epoch(job), _keys.Manifests(job), _keys.PieceSets(job), _keys.LoosePieceSets(job), _keys.Latest(job), _keys.Best(job)],
            [set.Epoch, set.Iteration, StoreJson.Write(manifest, StoreJson.Default.CheckpointManifest), set.ToString(), string.Join(' ', manifest.Best)],
            cancellationToken).ConfigureAwait(false);
        return (bool)done;
    }

    private async Task ApplyRetentionAsync(
        CheckpointManifest committed, ImmutableArray<long> pinned, CheckpointRetention retention, CancellationToken cancellationToken)
    {
        JobId job = committed.Job;
        RedisValue[] versions = await connection.RunAsync(database => database.HashKeysAsync(_keys.Manifests(job)), cancellationToken).ConfigureAwait(false);
        long[] removals = RetentionPlan.Removals(versions.Select(v => (long)v), committed.Iteration, [.. committed.Best, .. pinned], retention);
        if (removals.Length > 0)
        {
            await connection.EvaluateAsync(
                CheckpointScripts.Remove,
                [_keys.Epoch(job), _keys.Manifests(job), _keys.PieceSets(job), _keys.LoosePieceSets(job)],
                [committed.Epoch, .. removals.Select(v => (RedisValue)v)],
                cancellationToken).ConfigureAwait(false);
        }

        await _loose.RemoveUpToAsync(job, committed.Epoch, cancellationToken).ConfigureAwait(false);
    }

    private async Task<PieceSet?> FindPiecesAsync(JobId job, long iteration, CancellationToken cancellationToken)
    {
        RedisValue name = await connection.RunAsync(database => database.HashGetAsync(_keys.PieceSets(job), iteration), cancellationToken).ConfigureAwait(false);
        return !name.IsNull && PieceSet.TryParse(name.ToString(), out PieceSet set) ? set : null;
    }

    private async Task<byte[]> ReadPieceAsync(JobId job, PieceSet set, int piece, CancellationToken cancellationToken)
    {
        RedisKey key = _keys.Piece(job, set.ToString(), piece);
        return (byte[]?)await connection.RunAsync(database => database.StringGetAsync(key), cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException(
                $"Piece {piece} of version {set.Iteration} of job {job} is missing from the store (it has {set.Pieces}): retention may have removed it meanwhile. Ask for the last or the best.");
    }
}
