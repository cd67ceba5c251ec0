using MetaTrain.Abstractions.Clusters;
using MetaTrain.Abstractions.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans.Configuration;
using Orleans.Hosting;

namespace MetaTrain.Client.Connections;

/// <summary>One Orleans client, started by hand: a generic host would take Ctrl-C for itself.</summary>
internal sealed class OrleansLink : IAsyncDisposable
{
    // A silo that joined or died is known to the client after this long; Orleans' default of a minute outlasts a person's patience.
    private static readonly TimeSpan GatewayRefresh = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly ServiceProvider _services;
    private readonly IHostedService[] _hosted;

    private OrleansLink(ClusterLocation location, ServiceProvider services)
    {
        Location = location;
        _services = services;
        _hosted = [.. services.GetServices<IHostedService>()];
        Grains = services.GetRequiredService<IClusterClient>();
    }

    public ClusterLocation Location { get; }

    public IGrainFactory Grains { get; }

    /// <summary>Loads and compiles what a connection needs, so that the next one opens sooner. Nothing is connected to.</summary>
    public static async Task PrepareAsync(ClientOptions options)
    {
        await using ServiceProvider services = BuildServices(new ClusterLocation("none", "none", StoreUri.Parse("redis://127.0.0.1:6379")), options);
        _ = services.GetRequiredService<IClusterClient>();
    }

    public static async Task<OrleansLink> OpenAsync(ClusterLocation location, ClientOptions options, CancellationToken cancellationToken)
    {
        var link = new OrleansLink(location, BuildServices(location, options));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(options.ConnectTimeout);
        try
        {
            foreach (IHostedService hosted in link._hosted)
            {
                await hosted.StartAsync(timeout.Token).WaitAsync(timeout.Token);
            }

            return link;
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            await link.DisposeAsync();
            throw new MetaTrainException(
                FailureKind.Unreachable,
                $"The store {location.Store} names the cluster '{location.ClusterId}', but none of its silos answered within "
                + $"{options.ConnectTimeout.TotalSeconds:0} s: look with 'metatrain doctor', or start the cluster again.",
                failure);
        }
        catch
        {
            await link.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IHostedService hosted in _hosted)
        {
            using var timeout = new CancellationTokenSource(StopTimeout);
            try
            {
                await hosted.StopAsync(timeout.Token).WaitAsync(timeout.Token);
            }
            catch (Exception unfinished) when (unfinished is OperationCanceledException or InvalidOperationException)
            {
                // Silos that are gone cannot say goodbye; the process ends or reconnects all the same.
            }
        }

        await _services.DisposeAsync();
    }

    private static ServiceProvider BuildServices(ClusterLocation location, ClientOptions options)
    {
        var services = new ServiceCollection();
        services.AddSingleton(options.Logging);
        services.AddLogging();
        services.AddStoreExceptions();
        services.AddSingleton<IHostApplicationLifetime, NoApplicationLifetime>();
        services.AddOrleansClient(client =>
        {
            client.UseRedisClustering(redis => redis.ConfigurationOptions = location.Store.ToConfiguration());
            client.Configure<ClusterOptions>(cluster =>
            {
                cluster.ClusterId = location.ClusterId;
                cluster.ServiceId = location.ServiceId;
            });
            client.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = options.ResponseTimeout);
            client.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefresh);
            client.UseConnectionRetryFilter(async (_, stopping) =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(300), options.Time, stopping);
                return true;
            });
        });
        return services.BuildServiceProvider();
    }
}
