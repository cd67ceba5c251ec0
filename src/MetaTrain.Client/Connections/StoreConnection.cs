using MetaTrain.Abstractions.Clusters;
using StackExchange.Redis;

namespace MetaTrain.Client.Connections;

/// <summary>How a client reaches a store.</summary>
internal static class StoreConnection
{
    private const int TimeoutMilliseconds = 5_000;

    public static ConfigurationOptions ToConfiguration(this StoreUri store) => new()
    {
        EndPoints = { { store.Host, store.Port } },
        User = store.User,
        Password = store.Password,
        DefaultDatabase = store.Database,
        Ssl = store.Tls,
        SslHost = store.Tls ? store.Host : null,
        ConnectTimeout = TimeoutMilliseconds,
        AsyncTimeout = TimeoutMilliseconds,
        SyncTimeout = TimeoutMilliseconds,
        ConnectRetry = 1,
        AbortOnConnectFail = true,
        ReconnectRetryPolicy = new LinearRetry(500),
        ClientName = "metatrain",
    };
}
