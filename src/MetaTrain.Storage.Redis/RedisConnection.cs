using MetaTrain.Abstractions.Storage;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>The one connection that all stores of a process share. Connects at its first use, and again after a failed attempt.</summary>
public sealed class RedisConnection(IOptions<RedisStorageOptions> options) : IAsyncDisposable
{
    private readonly RedisStorageOptions _options = options.Value;
    private readonly SemaphoreSlim _connecting = new(1, 1);
    private volatile ConnectionMultiplexer? _multiplexer;

    /// <summary>What every key starts with.</summary>
    public string Prefix => _options.Prefix;

    /// <summary>Where the store is, without its password.</summary>
    public string Address => _options.Describe();

    /// <summary>The connection itself, for instance to share it with Orleans' providers.</summary>
    /// <exception cref="StoreUnavailableException">There is no store at the address.</exception>
    public async Task<IConnectionMultiplexer> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await MultiplexerAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StoreFault.Describe(e, Address, _options.CommandTimeout) is { } message)
        {
            throw new StoreUnavailableException(message, e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_multiplexer is { } multiplexer)
        {
            await multiplexer.DisposeAsync().ConfigureAwait(false);
        }

        _connecting.Dispose();
    }

    /// <summary>Runs one command (or one pipeline of commands) within the time-out.</summary>
    internal async Task<T> RunAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            ConnectionMultiplexer multiplexer = await MultiplexerAsync(cancellationToken).ConfigureAwait(false);
            return await command(multiplexer.GetDatabase()).WaitAsync(_options.CommandTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (StoreFault.Describe(e, Address, _options.CommandTimeout) is { } message)
        {
            throw new StoreUnavailableException(message, e);
        }
    }

    /// <summary>Runs a script, atomic on the server. All keys it touches are among <paramref name="keys"/>.</summary>
    internal Task<RedisResult> EvaluateAsync(string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        RunAsync(database => database.ScriptEvaluateAsync(script, keys, values), cancellationToken);

    private async Task<ConnectionMultiplexer> MultiplexerAsync(CancellationToken cancellationToken)
    {
        if (_multiplexer is { } connected)
        {
            return connected;
        }

        await _connecting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return _multiplexer ??= await ConnectionMultiplexer.ConnectAsync(_options.ToConfigurationOptions()).ConfigureAwait(false);
        }
        finally
        {
            _connecting.Release();
        }
    }
}
