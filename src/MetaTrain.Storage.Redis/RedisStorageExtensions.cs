using MetaTrain.Abstractions.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace MetaTrain.Storage.Redis;

/// <summary>Registers the stores.</summary>
public static class RedisStorageExtensions
{
    /// <summary>Adds every store interface of Abstractions over Redis, the <see cref="RedisConnection"/> they share, and <see cref="RedisDurability"/>.</summary>
    public static IServiceCollection AddRedisStorage(this IServiceCollection services, Action<RedisStorageOptions> configure)
    {
        services.AddOptions<RedisStorageOptions>().Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisStorageOptions>, RedisStorageOptionsValidator>());
        services.AddStoreExceptions();
        services.TryAddSingleton<RedisConnection>();
        services.TryAddSingleton<RedisDurability>();
        services.TryAddSingleton<IJobStore, RedisJobStore>();
        services.TryAddSingleton<ICheckpointStore, RedisCheckpointStore>();
        services.TryAddSingleton<IDatasetStore, RedisDatasetStore>();
        services.TryAddSingleton<IRunEventLog>(provider => new RedisRunEventLog(provider.GetRequiredService<RedisConnection>()));
        services.TryAddSingleton<IClusterRegistry, RedisClusterRegistry>();
        return services;
    }

    /// <summary>The same with options that were made already.</summary>
    public static IServiceCollection AddRedisStorage(this IServiceCollection services, RedisStorageOptions options) =>
        services.AddRedisStorage(target =>
        {
            target.ConnectionString = options.ConnectionString;
            target.Prefix = options.Prefix;
            target.CommandTimeout = options.CommandTimeout;
        });
}
