using MetaTrain.Client;
using MetaTrain.Client.Connections;
using MetaTrain.Console.Hosting;

namespace MetaTrain.Console.LocalClusters;

/// <summary>A connection for one command: to the cluster that runs, or to one that was started for it and ends with it.</summary>
internal sealed class ClusterSession : IAsyncDisposable
{
    private readonly ILocalCluster? _started;

    private ClusterSession(MetaTrainClient client, ILocalCluster? started)
    {
        Client = client;
        _started = started;
    }

    public MetaTrainClient Client { get; }

    /// <summary>Connects to the cluster that runs.</summary>
    public static async Task<ClusterSession> ConnectAsync(ConsoleHost host, ClusterTarget target, CancellationToken cancellationToken) =>
        new(await host.Clusters.ConnectAsync(target.WithItsStore().Address, cancellationToken), started: null);

    /// <summary>Connects to the cluster that runs or, when none runs on a data directory, starts one there for as long as this session lasts.</summary>
    public static async Task<ClusterSession> ConnectOrStartAsync(
        ConsoleHost host, ClusterTarget target, int? workers, CancellationToken cancellationToken, bool portable = false)
    {
        if (target.Address is not ClusterAddress.InDirectory directory || target.IsRunning())
        {
            return await ConnectAsync(host, target, cancellationToken);
        }

        host.Output.Note($"No cluster runs on {directory.Path}: starting one for this command ...");
        ILocalCluster started = await ClusterStart.RunAsync(
            host,
            new LocalClusterOptions
            {
                DataDirectory = directory.Path,
                Workers = workers,
                SiloPath = target.SiloPath,
                Store = target.Store,
                Portable = portable,
            },
            cancellationToken);
        host.Interrupts.OnSecond(started.Kill);
        try
        {
            return new ClusterSession(await host.Clusters.ConnectAsync(target.Address, cancellationToken), started);
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (_started is not null)
        {
            await _started.DisposeAsync();
        }
    }
}
