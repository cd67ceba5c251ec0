using System.Net;

namespace MetaTrain.Silo.Store;

/// <summary>
/// The store that a local cluster brings along: Garnet in this process, on loopback, durable. Run it in a process of its own,
/// so that any silo may die.
/// </summary>
internal sealed class EmbeddedStore : IAsyncDisposable
{
    private readonly EmbeddedStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly StoreDirectoryLock _lock;
    private readonly Generations _generations;
    private readonly GenerationRewrite _rewrite;
    private readonly CancellationTokenSource _stop = new();
    private Generation _generation;
    private GarnetInstance _instance;

    private EmbeddedStore(
        EmbeddedStoreOptions options, TimeProvider time, ILoggerFactory loggers, StoreDirectoryLock directoryLock,
        Generations generations, GenerationRewrite rewrite, Generation generation, GarnetInstance instance)
    {
        _options = options;
        _time = time;
        _loggers = loggers;
        _lock = directoryLock;
        _generations = generations;
        _rewrite = rewrite;
        _generation = generation;
        _instance = instance;
        Port = instance.Port;
        Failure = WatchAsync();
    }

    /// <summary>The loopback port.</summary>
    public int Port { get; }

    /// <summary>Its address.</summary>
    public string Uri => $"redis://{IPAddress.Loopback}:{Port}";

    /// <summary>Fails when the store cannot go on.</summary>
    public Task Failure { get; }

    /// <summary>Starts the store over what its directory holds.</summary>
    /// <exception cref="EmbeddedStoreException">It cannot start: the message says why and what to do.</exception>
    public static async Task<EmbeddedStore> StartAsync(EmbeddedStoreOptions options, TimeProvider time, ILoggerFactory loggers)
    {
        if (options.Problem is { } problem)
        {
            throw new EmbeddedStoreException(problem);
        }

        StoreDirectoryLock directoryLock = StoreDirectoryLock.Take(options.Directory);
        try
        {
            var generations = new Generations(options.Directory);
            var rewrite = new GenerationRewrite(options, time, loggers);
            Generation generation = await rewrite.OpenAsync(generations);
            GarnetInstance instance = GarnetInstance.Open(generation, options.MemoryBytes, options.Port, loggers);
            return new EmbeddedStore(options, time, loggers, directoryLock, generations, rewrite, generation, instance);
        }
        catch
        {
            directoryLock.Dispose();
            throw;
        }
    }

    /// <summary>Ends the store; its file is rewritten if that is worth it, so that the next start is quick.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Failure.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        try
        {
            _instance.Dispose();
            if (!Failure.IsFaulted)
            {
                await _rewrite.OpenAsync(_generations);
            }
        }
        finally
        {
            _lock.Dispose();
            _stop.Dispose();
        }
    }

    private async Task WatchAsync()
    {
        using var timer = new PeriodicTimer(_options.CheckInterval, _time);
        while (await NextAsync(timer))
        {
            if (_generation.IsWorthRewriting(_options.RewriteRunningBytes))
            {
                // To clients this is a store that died and came back: what they had not been answered, they ask again.
                _instance.Dispose();
                _generation = await _rewrite.OpenAsync(_generations);
                _instance = GarnetInstance.Open(_generation, _options.MemoryBytes, Port, _loggers);
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
}
