using MetaTrain.Abstractions.Grains;
using MetaTrain.Abstractions.Jobs;

namespace MetaTrain.Client.Connections;

/// <summary>The grains that a client talks to: what <see cref="MetaTrainClient"/> needs of a connection.</summary>
internal interface IClusterGrains : IAsyncDisposable
{
    IJobQueueGrain Queue { get; }

    IDatasetCatalogGrain Datasets { get; }

    ICoordinatorGrain Coordinator(JobId job);

    IDatasetImportGrain Import(Guid import);

    /// <summary>After a call failed: looks whether another cluster has taken the place of the one connected to, and connects to it.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);
}
