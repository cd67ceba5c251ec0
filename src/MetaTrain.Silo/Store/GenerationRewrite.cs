using StackExchange.Redis;

namespace MetaTrain.Silo.Store;

/// <summary>
/// Shortens the append-only file: copies what lives to a new generation and makes that the current one. No client is connected
/// meanwhile, and until the last step the old generation is the truth: killed anywhere, nothing is lost.
/// </summary>
internal sealed partial class GenerationRewrite(EmbeddedStoreOptions options, TimeProvider time, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger<GenerationRewrite>();

    /// <summary>The current generation, rewritten first if that is worth it.</summary>
    public async Task<Generation> OpenAsync(Generations generations)
    {
        Generation current = generations.Open();
        return current.IsWorthRewriting(options.RewriteAtRestBytes) ? await RewriteAsync(generations, current) : current;
    }

    private async Task<Generation> RewriteAsync(Generations generations, Generation current)
    {
        long started = time.GetTimestamp();
        long before = current.AppendOnlyBytes;
        Generation next = generations.Next(current);
        try
        {
            long keys = await CopyAsync(current, next);
            Generation switched = generations.Switch(next);
            LogRewritten(keys, before, switched.FirstBytes, time.GetElapsedTime(started).TotalSeconds);
            return switched;
        }
        catch (Exception e) when (e is EmbeddedStoreException or RedisException or TimeoutException or IOException)
        {
            // The old generation has everything: a long file is better than no store. As if all of it lived, so that it is
            // not tried again at once.
            LogNotRewritten(e, before);
            return generations.Open() with { FirstBytes = before };
        }
    }

    private async Task<long> CopyAsync(Generation current, Generation next)
    {
        // On ports that nobody knows.
        using GarnetInstance from = GarnetInstance.Open(current, options.MemoryBytes, 0, loggers);
        using GarnetInstance to = GarnetInstance.Open(next, options.MemoryBytes, 0, loggers);
        await using ConnectionMultiplexer source = await from.ConnectAsync();
        await using ConnectionMultiplexer target = await to.ConnectAsync();
        return await StoreCopy.CopyAsync(source, target);
    }

    [LoggerMessage(1, LogLevel.Information, "Rewrote the append-only file: {Keys} keys, {Before} -> {After} bytes, {Seconds:0.0} s.")]
    private partial void LogRewritten(long keys, long before, long after, double seconds);

    [LoggerMessage(2, LogLevel.Warning, "The append-only file of {Bytes} bytes could not be rewritten. Nothing is lost; it goes on growing. Look for free space on the disk.")]
    private partial void LogNotRewritten(Exception exception, long bytes);
}
