using MetaTrain.Abstractions.Storage;
using MetaTrain.Silo.Health;
using MetaTrain.Silo.Logging;
using MetaTrain.Silo.Telemetry;
using MetaTrain.Storage.Redis;

namespace MetaTrain.Silo.Hosting;

/// <summary>Builds one silo's process: the Orleans silo, its workers, /metrics and /health.</summary>
internal static class SiloHost
{
    /// <summary>After so long, a silo that was told to end has ended.</summary>
    public static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(25);

    // Workers finish their block, coordinators commit, silos hand over. What is not done by then is done again elsewhere.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(20);

    /// <summary>Builds it.</summary>
    /// <param name="options">What it is told.</param>
    /// <param name="owner">Whose it is.</param>
    /// <param name="replace">Registers services that take the place of the silo's own.</param>
    public static WebApplication Build(SiloOptions options, Owner owner, Action<IServiceCollection>? replace = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "MetaTrain.Silo" });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Listen, options.HttpPort);
        });
        builder.Logging.AddSiloLogging();

        IServiceCollection services = builder.Services;
        replace?.Invoke(services);
        services.AddRoutingCore();
        services.AddSingleton(options);
        services.AddSingleton(owner);
        services.AddSingleton<IHostLifetime, OwnedLifetime>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = DrainTime);
        RedisStorageOptions store = new() { ConnectionString = options.Store, Prefix = options.Prefix };
        services.AddRedisStorage(store);
        services.AddPrometheusMetrics();

        // Hosted services start in this order and stop in the reverse one.
        RedisConnection? connection = null;
        builder.UseOrleans(silo => silo
            .UseMetaTrainOrleans(options, store.ToConfigurationOptions(), () => connection!.ConnectAsync(CancellationToken.None))
            .AddWorkers(options));
        services.AddSingleton<MembershipGuard>();
        services.AddHostedService(provider => provider.GetRequiredService<MembershipGuard>());
        services.AddHostedService<Announcement>();
        services.AddSingleton<Readiness>();
        services.AddSingleton(provider => new StoreProbe(
            cancellationToken => StorePing.FaultAsync(provider.GetRequiredService<IClusterRegistry>(), cancellationToken),
            provider.GetRequiredService<TimeProvider>()));

        WebApplication application = builder.Build();
        connection = application.Services.GetRequiredService<RedisConnection>();
        application.MapHealth();
        application.MapPrometheusScrapingEndpoint("/metrics");
        return application;
    }
}
