using System.Globalization;
using StackExchange.Redis;

namespace MetaTrain.Silo.Store;

/// <summary>Takes a checkpoint when the append-only file has grown, and a last one at the end.</summary>
internal sealed partial class StoreMaintenance(EmbeddedStoreOptions options, IConnectionMultiplexer connection, TimeProvider time, ILogger<StoreMaintenance> logger)
    : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CompactionPolicy _compaction = new(options.CompactAtSegments);
    private Task _loop = Task.CompletedTask;

    /// <summary>Ends when maintenance can no longer go on, with the reason.</summary>
    public Task Completion => _loop;

    public void Start() => _loop = RunAsync();

    /// <summary>Stops, then takes the last checkpoint.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            // Its fault, if any, was told through Completion.
            await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await CheckpointAsync();
        }
        catch (RedisException e)
        {
            LogCheckpointFailed(e);
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(options.CheckInterval, time);
        while (await NextAsync(timer))
        {
            try
            {
                StoreMeasures measures = await MeasureAsync();
                if (measures.AppendOnlyBytes >= options.CheckpointEveryBytes)
                {
                    await CheckpointAsync();
                }
            }
            catch (RedisException e)
            {
                // Nothing is lost by it: the append-only file holds all, and grows until a later checkpoint succeeds.
                LogCheckpointFailed(e);
            }
        }
    }

    private async Task<bool> NextAsync(PeriodicTimer timer)
    {
        try
        {
            return await timer.WaitForNextTickAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task CheckpointAsync()
    {
        StoreMeasures before = await MeasureAsync();
        if (before.AppendOnlyBytes == 0)
        {
            return;
        }

        long started = time.GetTimestamp();
        await connection.GetDatabase().ExecuteAsync("SAVE");
        StoreMeasures after = await MeasureAsync();
        LogCheckpoint(before.AppendOnlyBytes, after.AppendOnlyBytes, after.LogBytes, time.GetElapsedTime(started).TotalMilliseconds);
        if (_compaction.Observe(after.LogBytes))
        {
            await connection.GetDatabase().ExecuteAsync("CONFIG", "SET", "compaction-max-segments", _compaction.Segments.ToString(CultureInfo.InvariantCulture));
        }
    }

    private async Task<StoreMeasures> MeasureAsync()
    {
        IDatabase database = connection.GetDatabase();
        return StoreMeasures.Parse(
            (string?)await database.ExecuteAsync("INFO", "PERSISTENCE") ?? "",
            (string?)await database.ExecuteAsync("INFO", "STORE") ?? "");
    }

    [LoggerMessage(1, LogLevel.Information, "Checkpoint: append-only file {Before} -> {After} bytes, log {Log} bytes, {Milliseconds:0} ms.")]
    private partial void LogCheckpoint(long before, long after, long log, double milliseconds);

    [LoggerMessage(2, LogLevel.Warning, "No checkpoint could be taken. Nothing is lost: the append-only file holds what it would have held, and grows until one succeeds. Look for free space on the disk.")]
    private partial void LogCheckpointFailed(Exception exception);
}
