using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Connections;

/// <summary>A connection to the cluster behind an address. It follows the address when the cluster is restarted under a new id.</summary>
public sealed class ClusterConnection : IClusterGrains
{
    private readonly ClusterAddress _address;
    private readonly ClientOptions _options;
    private readonly SemaphoreSlim _refreshing = new(1, 1);
    private OrleansLink _link;

    private ClusterConnection(ClusterAddress address, ClientOptions options, OrleansLink link)
    {
        _address = address;
        _options = options;
        _link = link;
    }

    /// <summary>The cluster connected to.</summary>
    public ClusterLocation Location => _link.Location;

    IJobQueueGrain IClusterGrains.Queue => _link.Grains.GetGrain<IJobQueueGrain>(IJobQueueGrain.Key);

    IDatasetCatalogGrain IClusterGrains.Datasets => _link.Grains.GetGrain<IDatasetCatalogGrain>(IDatasetCatalogGrain.Key);

    /// <summary>Connects.</summary>
    /// <exception cref="MetaTrainException">There is no cluster, or none that answers in time: one sentence says which.</exception>
    public static async Task<ClusterConnection> ConnectAsync(ClusterAddress address, ClientOptions options, CancellationToken cancellationToken)
    {
        ClusterLocation location = await ClusterLocator.LocateAsync(address, cancellationToken);
        return new ClusterConnection(address, options, await OrleansLink.OpenAsync(location, options, cancellationToken));
    }

    ICoordinatorGrain IClusterGrains.Coordinator(JobId job) => _link.Grains.GetGrain<ICoordinatorGrain>(job.Value);

    IDatasetImportGrain IClusterGrains.Import(Guid import) => _link.Grains.GetGrain<IDatasetImportGrain>(import);

    async Task IClusterGrains.RefreshAsync(CancellationToken cancellationToken)
    {
        await _refreshing.WaitAsync(cancellationToken);
        try
        {
            ClusterLocation location = await ClusterLocator.LocateAsync(_address, cancellationToken);
            if (location.ClusterId == _link.Location.ClusterId)
            {
                return;
            }

            OrleansLink replaced = _link;
            _link = await OrleansLink.OpenAsync(location, _options, cancellationToken);
            await replaced.DisposeAsync();
        }
        finally
        {
            _refreshing.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        _refreshing.Dispose();
    }
}
