using System.Net;
using MetaTrain.Abstractions.Clusters;
using StackExchange.Redis;

namespace MetaTrain.Storage.Redis;

/// <summary>Turns <see cref="RedisStorageOptions"/> into the client library's own configuration, for the store and for Orleans' providers alike.</summary>
public static class RedisConfiguration
{
    /// <summary>The configuration of a connection to the store.</summary>
    public static ConfigurationOptions ToConfigurationOptions(this RedisStorageOptions options)
    {
        ConfigurationOptions configuration = StoreUri.IsStoreUri(options.ConnectionString)
            ? FromUri(StoreUri.Parse(options.ConnectionString))
            : ConfigurationOptions.Parse(options.ConnectionString);
        int milliseconds = (int)options.CommandTimeout.TotalMilliseconds;
        configuration.ConnectTimeout = milliseconds;
        configuration.AsyncTimeout = milliseconds;
        configuration.SyncTimeout = milliseconds;
        configuration.ConnectRetry = 1;

        // A store that was never there is an error at once; one that went away is waited for, up to the time-out.
        configuration.AbortOnConnectFail = true;
        configuration.ReconnectRetryPolicy = new LinearRetry(500);
        configuration.ClientName ??= "metatrain";

        // INFO and CONFIG GET, by which the start-up check looks at the server's durability, count as administration.
        configuration.AllowAdmin = true;
        return configuration;
    }

    /// <summary>Where the store is, in words that may be shown: no user, no password.</summary>
    public static string Describe(this RedisStorageOptions options) => StoreUri.IsStoreUri(options.ConnectionString)
        ? StoreUri.Parse(options.ConnectionString).ToString()
        : string.Join(", ", ConfigurationOptions.Parse(options.ConnectionString).EndPoints.Select(Show));

    private static string Show(EndPoint endPoint) => endPoint is DnsEndPoint dns ? $"{dns.Host}:{dns.Port}" : endPoint.ToString() ?? "";

    private static ConfigurationOptions FromUri(StoreUri uri) => new()
    {
        EndPoints = { { uri.Host, uri.Port } },
        User = uri.User,
        Password = uri.Password,
        DefaultDatabase = uri.Database,
        Ssl = uri.Tls,
        SslHost = uri.Tls ? uri.Host : null,
    };
}
