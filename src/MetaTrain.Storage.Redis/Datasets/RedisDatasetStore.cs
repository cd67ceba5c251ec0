using System.Collections.Immutable;
using System.Security.Cryptography;
using MetaTrain.Abstractions.Datasets;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>
/// Class shards, addressed by their content and cut into pieces of at most 8 MiB. All pieces but the last are full, so that
/// no header is needed; they are written from the last to the first, so that a shard whose first piece is there is whole.
/// </summary>
/// <remarks>Shards of a replaced data set stay: a running job, or another data set, may still read them.</remarks>
internal sealed class RedisDatasetStore(RedisConnection connection) : IDatasetStore
{
    private const int PieceBytes = ICheckpointStore.MaxPieceBytes;

    private readonly RedisKeys _keys = new(connection.Prefix);

    public async Task WriteShardAsync(string sha256, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        ThrowIfDamaged(sha256, content.Span, "was handed in with content whose SHA-256 differs: compute the hash of exactly these bytes");
        for (int piece = Math.Max(0, (content.Length - 1) / PieceBytes); piece >= 0; piece--)
        {
            int start = piece * PieceBytes;
            ReadOnlyMemory<byte> bytes = content.Slice(start, Math.Min(PieceBytes, content.Length - start));
            RedisKey key = _keys.Shard(sha256, piece);
            await connection.RunAsync(database => database.StringSetAsync(key, bytes), cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task CommitAsync(DatasetManifest manifest, CancellationToken cancellationToken)
    {
        string[] shards = [.. manifest.Classes.Select(c => c.Sha256).Distinct(StringComparer.Ordinal)];
        bool[] present = await connection.RunAsync(
            database => Task.WhenAll(shards.Select(shard => database.KeyExistsAsync(_keys.Shard(shard, 0)))), cancellationToken).ConfigureAwait(false);
        int missing = Array.IndexOf(present, false);
        if (missing >= 0)
        {
            DatasetClass first = manifest.Classes.First(c => c.Sha256 == shards[missing]);
            throw new InvalidDataException(
                $"The data set '{manifest.Name}' cannot be committed: the shard {first.Sha256} of its class '{first.Name}' is not in the store. Import it again.");
        }

        // First the index: a name in it without a manifest is skipped.
        await connection.RunAsync(database => database.SetAddAsync(_keys.Datasets, manifest.Name), cancellationToken).ConfigureAwait(false);
        RedisValue content = StoreJson.Write(manifest, StoreJson.Default.DatasetManifest);
        RedisKey version = _keys.Dataset(manifest.Name, manifest.ContentSha256);
        await connection.RunAsync(database => database.StringSetAsync(version, content), cancellationToken).ConfigureAwait(false);
        await connection.RunAsync(database => database.StringSetAsync(_keys.Dataset(manifest.Name), content), cancellationToken).ConfigureAwait(false);
    }

    public Task<DatasetManifest?> FindAsync(string name, CancellationToken cancellationToken) =>
        connection.RunAsync(database => FindAsync(database, _keys.Dataset(name)), cancellationToken);

    public async Task<DatasetManifest?> FindAsync(string name, string contentSha256, CancellationToken cancellationToken) =>
        await connection.RunAsync(database => FindAsync(database, _keys.Dataset(name, contentSha256)), cancellationToken).ConfigureAwait(false)
            ?? (await FindAsync(name, cancellationToken).ConfigureAwait(false) is { } newest && newest.ContentSha256 == contentSha256 ? newest : null);

    public async Task<ImmutableArray<DatasetManifest>> ListAsync(CancellationToken cancellationToken)
    {
        RedisValue[] names = await connection.RunAsync(database => database.SetMembersAsync(_keys.Datasets), cancellationToken).ConfigureAwait(false);
        DatasetManifest?[] found = await connection.RunAsync(
            database => Task.WhenAll(names.Select(name => FindAsync(database, _keys.Dataset(name.ToString())))), cancellationToken).ConfigureAwait(false);
        return [.. found.OfType<DatasetManifest>().OrderBy(manifest => manifest.Name, StringComparer.Ordinal)];
    }

    public async Task<byte[]> ReadShardAsync(string sha256, CancellationToken cancellationToken)
    {
        byte[]? content = await ReadPieceAsync(sha256, 0, cancellationToken).ConfigureAwait(false)
            ?? throw new InvalidDataException($"The shard {sha256} is not in the store: import its data set again.");
        byte[]? last = content;
        for (int piece = 1; last is { Length: PieceBytes }; piece++)
        {
            last = await ReadPieceAsync(sha256, piece, cancellationToken).ConfigureAwait(false);
            content = last is null ? content : [.. content, .. last];
        }

        ThrowIfDamaged(sha256, content, "is damaged in the store: its content has another SHA-256. Import its data set again");
        return content;
    }

    private static async Task<DatasetManifest?> FindAsync(IDatabase database, RedisKey key)
    {
        RedisValue content = await database.StringGetAsync(key).ConfigureAwait(false);
        return content.IsNull ? null : StoreJson.Read(content, StoreJson.Default.DatasetManifest, key);
    }

    private async Task<byte[]?> ReadPieceAsync(string sha256, int piece, CancellationToken cancellationToken) =>
        await connection.RunAsync(database => database.StringGetAsync(_keys.Shard(sha256, piece)), cancellationToken).ConfigureAwait(false);

    private static void ThrowIfDamaged(string sha256, ReadOnlySpan<byte> content, string what)
    {
        if (!Convert.ToHexStringLower(SHA256.HashData(content)).Equals(sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidDataException($"The shard {sha256} {what}.");
        }
    }
}
