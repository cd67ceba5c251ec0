using MetaTrain.Abstractions.Clusters;
using StackExchange.Redis;

namespace MetaTrain.Client.Connections;

/// <summary>Asks a store directly, before any cluster is connected to.</summary>
public static class StoreProbe
{
    /// <summary>Reads one plain string value; null when there is none.</summary>
    /// <exception cref="MetaTrainException">The store does not answer.</exception>
    public static Task<string?> ReadAsync(StoreUri store, string key, CancellationToken cancellationToken) =>
        WithStoreAsync(store, async connection => (string?)await connection.GetDatabase().StringGetAsync(key), cancellationToken);

    /// <summary>
    /// What the store says of its durability, section by section of <c>INFO</c>, with the two settings that matter:
    /// <c>maxmemory-policy</c> and <c>appendonly</c>.
    /// </summary>
    /// <exception cref="MetaTrainException">The store does not answer.</exception>
    public static Task<IReadOnlyDictionary<string, string>> InspectAsync(StoreUri store, CancellationToken cancellationToken) =>
        WithStoreAsync(store, InspectAsync, cancellationToken);

    private static async Task<IReadOnlyDictionary<string, string>> InspectAsync(ConnectionMultiplexer connection)
    {
        var facts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (IServer server in connection.GetServers().Where(server => server.IsConnected && !server.IsReplica))
        {
            foreach (KeyValuePair<string, string> fact in (await server.InfoAsync()).SelectMany(section => section))
            {
                facts.TryAdd(fact.Key, fact.Value);
            }

            foreach (string setting in (string[])["maxmemory-policy", "appendonly"])
            {
                await ReadSettingAsync(server, setting, facts);
            }
        }

        return facts;
    }

    private static async Task ReadSettingAsync(IServer server, string setting, Dictionary<string, string> facts)
    {
        try
        {
            foreach (KeyValuePair<string, string> value in await server.ConfigGetAsync(setting))
            {
                facts[value.Key] = value.Value;
            }
        }
        catch (RedisServerException forbidden)
        {
            // Managed stores forbid CONFIG: the finding says that it is unknown.
            facts[setting] = $"unknown ({forbidden.Message})";
        }
    }

    private static async Task<T> WithStoreAsync<T>(StoreUri store, Func<ConnectionMultiplexer, Task<T>> ask, CancellationToken cancellationToken)
    {
        ConfigurationOptions options = store.ToConfiguration();
        options.AllowAdmin = true;
        try
        {
            await using ConnectionMultiplexer connection = await ConnectionMultiplexer.ConnectAsync(options).WaitAsync(cancellationToken);
            return await ask(connection).WaitAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is RedisException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new MetaTrainException(
                FailureKind.Unreachable,
                $"The store {store} does not answer: check that it runs and that this machine may reach it.",
                failure);
        }
    }
}
