using System.Collections.Immutable;
using MetaTrain.Abstractions.Jobs;
using MetaTrain.Abstractions.Storage;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>Jobs as four keys each: the record as created, the person's request, the owner since, the coordinator's progress.</summary>
internal sealed class RedisJobStore(RedisConnection connection) : IJobStore
{
    private const string SetIfExists = "if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end redis.call('SET', KEYS[2], ARGV[1]) return 1";

    // GET of a missing key is false in Lua, which equals no string: without an epoch nobody may write.
    private const string SetUnderEpoch = "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[2], ARGV[2]) return 1";

    private const int PieceBytes = ICheckpointStore.MaxPieceBytes;

    private readonly RedisKeys _keys = new(connection.Prefix);

    public Task<long> NextOrderAsync(CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.StringIncrementAsync(_keys.Order), cancellationToken);

    public async Task<bool> TryCreateAsync(JobRecord record, CancellationToken cancellationToken)
    {
        // First the index, then the record: an id in the index without a record is skipped, a record outside it would be lost.
        await connection.RunAsync(database => database.SetAddAsync(_keys.Jobs, record.Job.Value), cancellationToken).ConfigureAwait(false);
        RedisValue content = StoreJson.Write(record, StoreJson.Default.JobRecord);
        return await connection.RunAsync(
            database => database.StringSetAsync(_keys.Record(record.Job), content, when: When.NotExists), cancellationToken).ConfigureAwait(false);
    }

    public async Task WriteInitialParametersAsync(JobId job, ReadOnlyMemory<byte> safetensors, CancellationToken cancellationToken)
    {
        for (int piece = 0; piece * PieceBytes < safetensors.Length; piece++)
        {
            int start = piece * PieceBytes;
            ReadOnlyMemory<byte> bytes = safetensors.Slice(start, Math.Min(PieceBytes, safetensors.Length - start));
            RedisKey key = _keys.InitialPiece(job, piece);
            await connection.RunAsync(database => database.StringSetAsync(key, bytes), cancellationToken).ConfigureAwait(false);
        }

        // Last: a length means that all of it is there.
        await connection.RunAsync(database => database.StringSetAsync(_keys.InitialLength(job), safetensors.Length), cancellationToken).ConfigureAwait(false);
    }

    public async Task<byte[]?> ReadInitialParametersAsync(JobId job, CancellationToken cancellationToken)
    {
        RedisValue length = await connection.RunAsync(database => database.StringGetAsync(_keys.InitialLength(job)), cancellationToken).ConfigureAwait(false);
        if (length.IsNull)
        {
            return null;
        }

        byte[] whole = new byte[(int)length];
        for (int start = 0; start < whole.Length; start += PieceBytes)
        {
            RedisKey key = _keys.InitialPiece(job, start / PieceBytes);
            byte[]? piece = (byte[]?)await connection.RunAsync(database => database.StringGetAsync(key), cancellationToken).ConfigureAwait(false);
            if (piece?.Length != Math.Min(PieceBytes, whole.Length - start))
            {
                throw new InvalidDataException($"The parameters that job {job} starts from are not whole in the store ('{key}'): submit the job again.");
            }

            piece.CopyTo(whole.AsSpan(start));
        }

        return whole;
    }

    public Task<JobRecord?> ReadAsync(JobId job, CancellationToken cancellationToken) =>
        connection.RunAsync(database => ReadAsync(database, job), cancellationToken);

    public async Task<ImmutableArray<JobRecord>> ListAsync(CancellationToken cancellationToken)
    {
        RedisValue[] ids = await connection.RunAsync(database => database.SetMembersAsync(_keys.Jobs), cancellationToken).ConfigureAwait(false);
        JobRecord?[] records = await connection.RunAsync(
            database => Task.WhenAll(ids.Select(id => ReadAsync(database, new JobId(id.ToString())))), cancellationToken).ConfigureAwait(false);
        return [.. records.OfType<JobRecord>().OrderBy(record => record.Order).ThenBy(record => record.Job.Value, StringComparer.Ordinal)];
    }

    public async Task<bool> SetRequestAsync(JobId job, JobRequest request, CancellationToken cancellationToken)
    {
        RedisResult done = await connection.EvaluateAsync(
            SetIfExists, [_keys.Record(job), _keys.Request(job)], [request.ToString()], cancellationToken).ConfigureAwait(false);
        return (bool)done;
    }

    public async Task<bool> SetOwnerAsync(JobId job, string? owner, CancellationToken cancellationToken)
    {
        RedisResult done = await connection.EvaluateAsync(
            SetIfExists, [_keys.Record(job), _keys.Owner(job)], [owner ?? ""], cancellationToken).ConfigureAwait(false);
        return (bool)done;
    }

    public Task<long> AcquireEpochAsync(JobId job, CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.StringIncrementAsync(_keys.Epoch(job)), cancellationToken);

    public async Task<bool> TryUpdateAsync(JobRecord record, long epoch, CancellationToken cancellationToken)
    {
        RedisValue progress = StoreJson.Write(JobProgress.Of(record), StoreJson.Default.JobProgress);
        RedisResult done = await connection.EvaluateAsync(
            SetUnderEpoch, [_keys.Epoch(record.Job), _keys.State(record.Job)], [epoch, progress], cancellationToken).ConfigureAwait(false);
        return (bool)done;
    }

    public async Task<bool> TryWriteAttemptsAsync(JobId job, long epoch, ImmutableArray<BlockAttempt> attempts, CancellationToken cancellationToken)
    {
        RedisValue note = StoreJson.Write(attempts, StoreJson.Default.ImmutableArrayBlockAttempt);
        RedisResult done = await connection.EvaluateAsync(
            SetUnderEpoch, [_keys.Epoch(job), _keys.Attempts(job)], [epoch, note], cancellationToken).ConfigureAwait(false);
        return (bool)done;
    }

    public async Task<ImmutableArray<BlockAttempt>> ReadAttemptsAsync(JobId job, CancellationToken cancellationToken)
    {
        RedisKey key = _keys.Attempts(job);
        RedisValue note = await connection.RunAsync(database => database.StringGetAsync(key), cancellationToken).ConfigureAwait(false);
        return note.IsNull ? [] : StoreJson.Read(note, StoreJson.Default.ImmutableArrayBlockAttempt, key);
    }

    private async Task<JobRecord?> ReadAsync(IDatabase database, JobId job)
    {
        RedisValue[] values = await database.StringGetAsync([_keys.Record(job), _keys.Request(job), _keys.State(job), _keys.Owner(job)]).ConfigureAwait(false);
        if (values[0].IsNull)
        {
            return null;
        }

        JobRecord record = StoreJson.Read(values[0], StoreJson.Default.JobRecord, _keys.Record(job));
        if (!values[1].IsNull)
        {
            record = record with { Request = Enum.Parse<JobRequest>(values[1].ToString()) };
        }

        if (!values[3].IsNull)
        {
            record = record with { Owner = values[3].IsNullOrEmpty ? null : values[3].ToString() };
        }

        return values[2].IsNull ? record : StoreJson.Read(values[2], StoreJson.Default.JobProgress, _keys.State(job)).ApplyTo(record);
    }
}
