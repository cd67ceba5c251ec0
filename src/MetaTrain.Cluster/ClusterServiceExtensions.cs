using MetaTrain.Abstractions.Messages;
using MetaTrain.Cluster.Coordination;
using MetaTrain.Cluster.Datasets;
using MetaTrain.Cluster.Experiments;
using MetaTrain.Cluster.Placement;
using MetaTrain.Cluster.Queue;
using MetaTrain.Cluster.Telemetry;
using MetaTrain.Cluster.Transfers;
using MetaTrain.Cluster.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Orleans.Hosting;
using Orleans.Runtime;

namespace MetaTrain.Cluster;

/// <summary>Adds MetaTrain's grains to a silo.</summary>
public static class ClusterServiceExtensions
{
    /// <summary>
    /// Adds the grains and what they work with. The stores of MetaTrain.Abstractions.Storage must be registered too,
    /// and <see cref="WorkerOptions"/> and <see cref="CoordinationOptions"/> may be configured.
    /// </summary>
    public static ISiloBuilder AddMetaTrain(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        IServiceCollection services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.TryAddSingleton<ClusterInstruments>();
        services.AddPlacementDirector<SiloPinnedPlacement, SiloPinnedPlacementDirector>();
        services.TryAddSingleton<IExperimentFactory, ExperimentFactory>();
        services.AddSingleton<DatasetCache>();
        services.AddSingleton<DatasetWriter>();
        services.AddSingleton<ExperimentCache>();
        services.AddSingleton<SiloDevices>();
        services.AddTransfers();
        services.AddSingleton<JobLinks>();
        services.AddSingleton(static provider => new ParameterCache(
            (job, epoch, version) => provider.GetRequiredService<JobLinks>().Of(job).ReadAsync(epoch, version),
            provider.GetRequiredService<TransferClient>(),
            provider.GetRequiredService<ClusterInstruments>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<SiloExchange>();
        services.AddSingleton<BlockComputer>();
        services.AddSingleton<BlockPuller>();
        services.AddSingleton<VersionInquiry>();
        services.AddSingleton<Submissions>();
        services.AddSingleton<CoordinatorServices>();
        services.AddSingleton<WorkerRegistrar>();
        services.AddSingleton<IWorkerReadiness>(static provider => provider.GetRequiredService<WorkerRegistrar>());
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static provider => provider.GetRequiredService<WorkerRegistrar>());
        return silo;
    }

    // First of all hosted services: what the silo speaks of from its first message on can be fetched.
    private static void AddTransfers(this IServiceCollection services)
    {
        services.AddSingleton<TransferOutbox>();
        services.AddSingleton<IVectorOffers>(static provider => provider.GetRequiredService<TransferOutbox>());
        services.AddSingleton<TransferClient>();
        services.Insert(0, ServiceDescriptor.Singleton<IHostedService, TransferServer>());
    }
}
