using MetaTrain.Abstractions.Storage;
using MetaTrain.Storage.Redis;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace MetaTrain.TestKit.Stores;

/// <summary>One client of a store: all interfaces over one connection, as a silo has them.</summary>
public sealed class StoreClient : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    /// <summary>Makes a client; it connects at its first use.</summary>
    public StoreClient(string uri, string prefix, TimeSpan? timeout = null)
    {
        Prefix = prefix;
        _services = new ServiceCollection()
            .AddRedisStorage(options =>
            {
                options.ConnectionString = uri;
                options.Prefix = prefix;
                options.CommandTimeout = timeout ?? TimeSpan.FromSeconds(20);
            })
            .BuildServiceProvider();
    }

    /// <summary>What all its keys start with.</summary>
    public string Prefix { get; }

    /// <summary>The jobs.</summary>
    public IJobStore Jobs => _services.GetRequiredService<IJobStore>();

    /// <summary>The checkpoints.</summary>
    public ICheckpointStore Checkpoints => _services.GetRequiredService<ICheckpointStore>();

    /// <summary>The data sets.</summary>
    public IDatasetStore Datasets => _services.GetRequiredService<IDatasetStore>();

    /// <summary>The run events.</summary>
    public IRunEventLog Events => _services.GetRequiredService<IRunEventLog>();

    /// <summary>The running cluster.</summary>
    public IClusterRegistry Registry => _services.GetRequiredService<IClusterRegistry>();

    /// <summary>The check of the server's settings.</summary>
    public RedisDurability Durability => _services.GetRequiredService<RedisDurability>();

    /// <summary>The connection itself, to look behind the interfaces.</summary>
    public Task<IConnectionMultiplexer> ConnectAsync() =>
        _services.GetRequiredService<RedisConnection>().ConnectAsync(TestContext.Current.CancellationToken);

    /// <summary>All keys under the prefix that hold a text.</summary>
    public async Task<IReadOnlyList<string>> KeysAsync(string containing)
    {
        IConnectionMultiplexer connection = await ConnectAsync();
        List<string> keys = [];
        await foreach (RedisKey key in connection.GetServers()[0].KeysAsync(pattern: Prefix + ":*"))
        {
            keys.Add(key.ToString());
        }

        return [.. keys.Where(key => key.Contains(containing, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();
}
