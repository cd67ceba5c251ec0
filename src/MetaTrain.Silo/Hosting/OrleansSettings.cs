using System.Net;
using Orleans.Configuration;
using StackExchange.Redis;

namespace MetaTrain.Silo.Hosting;

/// <summary>How the silos of a cluster find, watch and call each other.</summary>
internal static class OrleansSettings
{
    // Large parameters and gradients do not travel in messages. A message over the limit closes the connection of two silos.
    private const int MaxMessageBytes = 64 * 1024 * 1024;

    public static ISiloBuilder UseMetaTrainOrleans(
        this ISiloBuilder silo, SiloOptions options, ConfigurationOptions store, Func<Task<IConnectionMultiplexer>> connect)
    {
        silo.Configure<ClusterOptions>(cluster =>
        {
            cluster.ClusterId = options.ClusterId;
            cluster.ServiceId = options.ServiceId;
        });
        silo.Configure<Orleans.Configuration.SiloOptions>(own => own.SiloName = options.SiloName);
        silo.Configure<EndpointOptions>(endpoints =>
        {
            endpoints.AdvertisedIPAddress = options.Advertise;
            endpoints.SiloPort = options.SiloPort;
            endpoints.GatewayPort = options.GatewayPort;
            endpoints.SiloListeningEndpoint = new IPEndPoint(options.Listen, options.SiloPort);
            endpoints.GatewayListeningEndpoint = new IPEndPoint(options.Listen, options.GatewayPort);
        });
        silo.UseRedisClustering(redis =>
        {
            // One connection for membership and stores; the provider insists on the settings all the same.
            redis.ConfigurationOptions = store;
            redis.CreateMultiplexer = async _ => (await connect().ConfigureAwait(false), IsShared: true);
        });
        silo.Configure<ClusterMembershipOptions>(Detect);
        silo.Configure<SiloMessagingOptions>(messaging =>
        {
            messaging.ResponseTimeout = TimeSpan.FromSeconds(10);
            messaging.MaxMessageBodySize = MaxMessageBytes;
        });
#pragma warning disable ORLEANSEXP003 // The default directory re-activates workers on silos that are alive whenever another one leaves.
        silo.AddDistributedGrainDirectory();
#pragma warning restore ORLEANSEXP003

        // As long as this after a crash, a grain of the crashed silo is not activated elsewhere: the default keeps a coordinator away for 30 s.
        silo.Configure<GrainDirectoryOptions>(directory => directory.RangeLeaseDuration = TimeSpan.FromSeconds(2.5));
        return silo;
    }

    /// <summary>
    /// A killed silo is found in about a second, a stopped one in 2.4 s. The knob that matters is MaxProbeTimeout; two votes,
    /// because a single one once evicted a silo that had just joined (a cluster of two silos asks for one vote by itself).
    /// </summary>
    private static void Detect(ClusterMembershipOptions membership)
    {
        membership.ProbeTimeout = TimeSpan.FromSeconds(1);
        membership.MinProbeTimeout = TimeSpan.FromSeconds(0.5);
        membership.MaxProbeTimeout = TimeSpan.FromSeconds(1);
        membership.NumMissedProbesLimit = 2;
        membership.NumVotesForDeathDeclaration = 2;
        membership.TableRefreshTimeout = TimeSpan.FromSeconds(5);
        membership.IAmAliveTablePublishTimeout = TimeSpan.FromSeconds(5);
    }
}
